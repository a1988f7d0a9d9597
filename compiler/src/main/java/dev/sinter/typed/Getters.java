package dev.sinter.typed;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.TypeInfo;
import java.util.List;

/** Writes the methods that give one output. */
final class Getters {
    private final Source source;

    /**
     * Getters of a class.
     *
     * @param source
     *            where to
     */
    Getters(Source source) {
        this.source = source;
    }

    /** Writes all for one output. */
    void write(Port port) {
        if (port.value().type() instanceof TypeInfo.OfTensor t) {
            elements(port, t.dtype());
            var tensor = source.runtime("Tensor");
            source.comment("The output " + port.code() + " with its shape, " + JavaNames.comment(port.type()) + ".",
                    List.of("@return the tensor, whose {@link " + tensor + "#array() array} is not copied"));
            source.add("    public " + tensor + " " + port.id() + "Tensor() {\n        return outputs.tensor("
                    + JavaNames.literal(port.name()) + ");\n    }\n");
            return;
        }
        var type = source.runtime(port.valueClass());
        source.comment("The output " + port.code() + ", " + JavaNames.comment(port.type()) + ".",
                List.of("@return the value"));
        source.add("    public " + type + " " + port.id() + "() {\n        return (" + type + ") outputs.get("
                + JavaNames.literal(port.name()) + ");\n    }\n");
    }

    private void elements(Port port, DType dtype) {
        var remark = Port.remark(dtype);
        boolean plain = Port.isPlain(dtype);
        source.comment("The elements of the output " + port.code() + ", " + JavaNames.comment(port.type()) + ".",
                List.of("@return in row-major order" + (plain
                        ? (remark.isEmpty() ? "" : ", " + remark) + "; not copied where the array has just their number"
                        : "; a fresh array")));
        var type = source.array(Port.wished(dtype));
        source.add("    public " + type + " " + port.id() + "() {\n        var tensor = outputs.tensor("
                + JavaNames.literal(port.name()) + ");\n");
        if (plain) {
            var size = dtype == DType.C64 || dtype == DType.C128 ? "2 * tensor.size()" : "tensor.size()";
            source.add("        return tensor.array() instanceof " + type + " array && array.length == " + size
                    + " ? array : ");
        } else {
            source.add("        return ");
        }
        source.add("tensor." + Port.copier(dtype) + "();\n    }\n");
    }
}
