/** Runs ONNX test cases and compares forms, widths and engines with one another. */
module dev.sinter.testkit {
    requires transitive dev.sinter;
    requires static transitive org.jspecify;

    exports dev.sinter.testkit;
}
