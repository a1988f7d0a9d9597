package dev.sinter.frontend.onnx;

import com.google.protobuf.Message;
import dev.sinter.frontend.onnx.proto.TensorProto;
import java.nio.file.Path;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;

/** The files beside a model in which tensors of it lie. */
public final class ExternalFiles {
    private ExternalFiles() {
    }

    /**
     * Finds external data.
     *
     * @param model
     *            an ONNX file
     * @return locations as the model has them, which need not exist; none for a model in one file
     * @throws OnnxImportException
     *             if the file cannot be read or is no ONNX model
     */
    public static SortedSet<String> of(Path model) {
        var locations = new TreeSet<String>();
        collect(OnnxReader.readModel(model), locations);
        return locations;
    }

    /** Tensors stand in graphs, functions, attributes and training information, at any depth. */
    private static void collect(Object part, SortedSet<String> locations) {
        switch (part) {
            case TensorProto tensor -> tensor.getExternalDataList().stream().filter(e -> e.getKey().equals("location"))
                    .forEach(e -> locations.add(e.getValue()));
            case Message message -> message.getAllFields().values().forEach(field -> collect(field, locations));
            case Collection<?> parts -> parts.forEach(each -> collect(each, locations));
            default -> {
            }
        }
    }
}
