/** Reads ONNX files into graphs, and gives their messages as they are. */
@SuppressWarnings("requires-transitive-automatic") // protobuf-java has a fixed module name but no descriptor
module dev.sinter.frontend {
    requires transitive com.google.protobuf;
    requires transitive dev.sinter.ir;
    requires static transitive org.jspecify;

    exports dev.sinter.frontend.onnx;
    exports dev.sinter.frontend.onnx.proto;
}
