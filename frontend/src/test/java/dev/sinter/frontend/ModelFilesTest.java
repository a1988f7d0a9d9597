package dev.sinter.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.StringStringEntryProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFilesTest {
    @TempDir
    private Path folder = Path.of("");

    private static TensorProto external(String location) {
        return TensorProto.newBuilder().setName("w").setDataType(1).addDims(1)
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(StringStringEntryProto.newBuilder().setKey("location").setValue(location)).build();
    }

    /** External data as an initializer, and as an attribute of a node in a body. */
    private Path onnx(String name) throws IOException {
        var body = GraphProto.newBuilder().addNode(NodeProto.newBuilder().setOpType("Constant").addOutput("c")
                .addAttribute(AttributeProto.newBuilder().setName("value").setT(external("deep/b.bin"))));
        var graph = GraphProto.newBuilder().addInitializer(external("a.bin")).addNode(NodeProto.newBuilder()
                .setOpType("Loop").addAttribute(AttributeProto.newBuilder().setName("body").setG(body)));
        return Files.write(folder.resolve(name), ModelProto.newBuilder().setGraph(graph).build().toByteArray());
    }

    @Test
    void namesTellKindsApart() {
        assertThat(ModelFiles.isText(Path.of("a", "b.sinter"))).isTrue();
        assertThat(ModelFiles.isText(Path.of("B.SINTER"))).isTrue();
        assertThat(ModelFiles.isText(Path.of("b.sinter.onnx"))).isFalse();
        assertThat(ModelFiles.stem(Path.of("a", "b.sinter.onnx"))).isEqualTo("b.sinter");
        assertThat(ModelFiles.stem(Path.of("B.ONNX"))).isEqualTo("B");
        assertThat(ModelFiles.stem(Path.of("b.pb"))).isEqualTo("b.pb");
    }

    @Test
    void externalDataBelongsToAModel() throws IOException {
        assertThat(ModelFiles.of(onnx("model.onnx"))).containsExactlyInAnyOrder(folder.resolve("model.onnx"),
                folder.resolve("a.bin"), folder.resolve("deep/b.bin"));
    }

    @Test
    void whatATextNamesBelongsToIt() throws IOException {
        onnx("weights.onnx");
        Files.writeString(folder.resolve("weights.npz"), "");
        Files.writeString(folder.resolve("unnamed.npz"), "");
        Files.createDirectory(folder.resolve("layers"));
        Files.writeString(folder.resolve("layers/3.npy"), "");
        Files.writeString(folder.resolve("layers/3.txt"), "");
        Files.writeString(folder.resolve("layers.sinter"),
                "import \"model.sinter\"\nload \"weights.npz\" load \"layers/{i}.npy\"");
        var model = Files.writeString(folder.resolve("model.sinter"),
                "import \"layers.sinter\" # and \"missing.sinter\"\nload \"weights.onnx\"\n\"\0\"");
        assertThat(ModelFiles.of(model)).containsExactlyInAnyOrder(model, folder.resolve("layers.sinter"),
                folder.resolve("weights.npz"), folder.resolve("layers/3.npy"), folder.resolve("weights.onnx"),
                folder.resolve("a.bin"),
                folder.resolve("deep/b.bin"));
    }
}
