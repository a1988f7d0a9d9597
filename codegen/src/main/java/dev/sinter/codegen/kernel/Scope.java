package dev.sinter.codegen.kernel;

import dev.sinter.codegen.kernel.Interval.Known;
import dev.sinter.codegen.loop.Body;
import dev.sinter.ir.Expr;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A block of a kernel being written, with what has been computed in it. */
final class Scope {
    /** When a block is done. */
    enum Kind {
        /** Whenever the block around it is. */
        ALWAYS,
        /** Perhaps not at all, perhaps often: a loop that may have no rounds. */
        LOOP,
        /** If a condition holds. */
        BRANCH
    }

    private final @Nullable Scope parent;
    private final Kind kind;
    private final Body body;
    private final int level;
    private final Map<Object, Known> values = new HashMap<>();
    private final Map<Expr, Known> exprs = new IdentityHashMap<>();

    Scope(@Nullable Scope parent, Kind kind, Body body) {
        this.parent = parent;
        this.kind = kind;
        this.body = body;
        this.level = parent == null ? 0 : parent.level + 1;
    }

    Body body() {
        return body;
    }

    int level() {
        return level;
    }

    /** The block of a level around this one. */
    Scope at(int wanted) {
        var scope = this;
        while (scope.level > wanted) {
            scope = scope.parent;
        }
        return scope;
    }

    /** The level of the innermost branch around, from which costly work does not move out. */
    int branch() {
        var scope = this;
        while (scope.parent != null && scope.kind != Kind.BRANCH) {
            scope = scope.parent;
        }
        return scope.level;
    }

    /** The level of the innermost block that may not be done, from which nothing moves out that can fail. */
    int doubtful() {
        var scope = this;
        while (scope.parent != null && scope.kind == Kind.ALWAYS) {
            scope = scope.parent;
        }
        return scope.level;
    }

    /** What a key stands for here or further out. */
    @Nullable
    Known find(Object key) {
        for (var scope = this; scope != null; scope = scope.parent) {
            var value = scope.values.get(key);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    void remember(Object key, Known value) {
        at(value.level()).values.put(key, value);
    }

    @Nullable
    Known find(Expr expr) {
        for (var scope = this; scope != null; scope = scope.parent) {
            var value = scope.exprs.get(expr);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    /** Within this block only. */
    void remember(Expr expr, Known value) {
        exprs.put(expr, value);
    }
}
