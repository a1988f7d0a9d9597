/**
 * Reads ONNX files: protobuf messages to tensors and to a {@link dev.sinter.ir.Graph}. Errors are raised as
 * {@link dev.sinter.frontend.onnx.OnnxImportException}, whatever a file holds.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/docs/IR.md">The ONNX intermediate representation</a>
 */
@org.jspecify.annotations.NullMarked
package dev.sinter.frontend.onnx;
