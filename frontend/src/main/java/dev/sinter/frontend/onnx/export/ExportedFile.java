package dev.sinter.frontend.onnx.export;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What an export wrote.
 *
 * @param file
 *            the model
 * @param weights
 *            the file of weights beside it, or null if they are in the model
 * @param opset
 *            version of ONNX's operators
 * @param nodes
 *            number of nodes of the model's graph, those of bodies not counted
 * @param bytes
 *            size of the model file
 * @param weightBytes
 *            size of all weights, wherever they are
 */
public record ExportedFile(Path file, @Nullable Path weights, int opset, int nodes, long bytes, long weightBytes) {
}
