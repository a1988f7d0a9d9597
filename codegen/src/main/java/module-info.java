/** From a graph to a plan, to loop programs, to classes, to a jar. */
module dev.sinter.codegen {
    requires transitive dev.sinter.ir;
    requires transitive dev.sinter.runtime;
    requires org.objectweb.asm;
    requires static transitive org.jspecify;

    exports dev.sinter.codegen;
    exports dev.sinter.codegen.kernel;
    exports dev.sinter.codegen.loop;
    exports dev.sinter.codegen.plan;
}
