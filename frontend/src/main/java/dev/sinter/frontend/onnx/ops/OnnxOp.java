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
        var standard = domain.startsWith(OnnxOps.ONNX);
        var prefix = domain.equals(OnnxOps.ONNX) ? "" : domain.replace(".", "");
        return standard ? "https://onnx.ai/onnx/operators/onnx_" + prefix + "_" + name + ".html"
                : "https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#" + domain + "." + name;
    }
}
