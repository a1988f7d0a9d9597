/** The public face of the compiler. */
module dev.sinter {
    requires transitive dev.sinter.codegen;
    requires transitive dev.sinter.frontend;
    requires transitive dev.sinter.ir;
    requires transitive dev.sinter.passes;
    requires transitive dev.sinter.runtime;
    requires java.compiler;
    requires java.management;
    requires jdk.jfr;
    requires static transitive org.jspecify;

    exports dev.sinter;
    exports dev.sinter.typed;
}
