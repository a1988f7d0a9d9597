/** Reads ONNX files and the model language into graphs, and gives ONNX messages as they are. */
@SuppressWarnings("requires-transitive-automatic") // protobuf-java has a fixed module name but no descriptor
module dev.sinter.frontend {
    requires org.antlr.antlr4.runtime;
    requires transitive com.google.protobuf;
    requires transitive dev.sinter.ir;
    requires static transitive org.jspecify;

    exports dev.sinter.frontend;
    exports dev.sinter.frontend.dsl;
    exports dev.sinter.frontend.onnx;
    exports dev.sinter.frontend.onnx.export;
    exports dev.sinter.frontend.onnx.proto;
}
