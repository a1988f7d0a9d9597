package dev.sinter.frontend.onnx.ops;

/**
 * A line of the operator table.
 *
 * @param domain
 *            {@code ai.onnx} or another
 * @param name
 *            of the operator
 * @param since
 *            first version of the domain's operator set with this form
 * @param until
 *            last one, inclusive
 * @param lowering
 *            how it becomes core ops
 */
public record OnnxOp(String domain, String name, int since, int until, OpLowering lowering) {
    /** {@return where the operator is specified} */
    public String specification() {
        return domain.equals(OnnxOps.ONNX)
                ? "https://onnx.ai/onnx/operators/onnx__" + name + ".html"
                : "https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#" + domain + "." + name;
    }
}
