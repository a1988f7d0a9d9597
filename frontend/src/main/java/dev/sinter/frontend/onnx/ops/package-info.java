/**
 * The ONNX operators, a file for each family: where the specification stands, what changed between versions, and the
 * lowering to core ops. {@link dev.sinter.frontend.onnx.ops.OnnxOps} is their table.
 */
@org.jspecify.annotations.NullMarked
package dev.sinter.frontend.onnx.ops;
