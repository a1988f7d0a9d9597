/** Rewrites graphs to better graphs. */
module dev.sinter.passes {
    requires transitive dev.sinter.ir;
    requires static transitive org.jspecify;

    exports dev.sinter.passes;
}
