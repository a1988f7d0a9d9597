package dev.sinter.passes;

/** Counts the rewrites of one run against its limit. */
final class RewriteCount {
    private final int limit;
    private int done;

    RewriteCount(int limit) {
        this.limit = limit;
    }

    int done() {
        return done;
    }

    boolean exhausted() {
        return done >= limit;
    }

    int next() {
        return ++done;
    }
}
