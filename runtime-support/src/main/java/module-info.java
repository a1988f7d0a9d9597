/** What a compiled model needs to run, and nothing else: tensors, mapped weights, workers, library routines. */
module dev.sinter.runtime {
    requires jdk.jfr;
    requires static jdk.incubator.vector;

    exports dev.sinter.runtime;
}
