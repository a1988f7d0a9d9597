package dev.sinter.frontend.onnx;

import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.SparseTensorProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The files with a model's external data. */
public final class ExternalFiles {
    private final Path folder;
    private final Set<Path> files = new HashSet<>();

    private ExternalFiles(Path folder) {
        this.folder = folder;
    }

    /**
     * The files with a model's external data.
     *
     * @param model
     *            an ONNX file
     * @return absolute paths, whether there are such files or not
     * @throws OnnxImportException
     *             if the model can't be read, or names a file outside its folder
     */
    public static Set<Path> of(Path model) {
        var file = model.toAbsolutePath().normalize();
        var found = new ExternalFiles(file.getParent());
        var message = OnnxReader.readModel(file);
        found.graph(message.getGraph());
        message.getFunctionsList().forEach(function -> found.nodes(function.getNodeList()));
        return Set.copyOf(found.files);
    }

    private void graph(GraphProto graph) {
        graph.getInitializerList().forEach(this::tensor);
        graph.getSparseInitializerList().forEach(this::sparse);
        nodes(graph.getNodeList());
    }

    private void nodes(List<NodeProto> nodes) {
        nodes.forEach(node -> node.getAttributeList().forEach(this::attribute));
    }

    private void attribute(AttributeProto attribute) {
        if (attribute.hasT()) {
            tensor(attribute.getT());
        }
        if (attribute.hasSparseTensor()) {
            sparse(attribute.getSparseTensor());
        }
        if (attribute.hasG()) {
            graph(attribute.getG());
        }
        attribute.getTensorsList().forEach(this::tensor);
        attribute.getSparseTensorsList().forEach(this::sparse);
        attribute.getGraphsList().forEach(this::graph);
    }

    private void sparse(SparseTensorProto tensor) {
        tensor(tensor.getValues());
        tensor(tensor.getIndices());
    }

    private void tensor(TensorProto tensor) {
        if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
            files.add(ExternalData.file(tensor, folder, "tensor '" + tensor.getName() + "'"));
        }
    }
}
