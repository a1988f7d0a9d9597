package dev.sinter.typed;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.TypeInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
        unwrapped(port);
    }

    /** What is within a value that is no tensor, in classes of Java, where they have it. */
    private void unwrapped(Port port) {
        switch (port.value().type()) {
            case TypeInfo.OfSequence(TypeInfo.OfTensor _) -> unwrapped(port, "Tensors", list(source.runtime("Tensor")),
                    ".tensors()");
            case TypeInfo.OfSequence(TypeInfo.OfMap map) when value(map) != null -> unwrapped(port, "Maps",
                    list(javaMap(map)), ".maps().stream().map(map -> map" + toMap(map) + ").toList()");
            case TypeInfo.OfMap map when value(map) != null -> unwrapped(port, "Map", javaMap(map), toMap(map));
            case TypeInfo.OfOptional(TypeInfo.OfTensor _) -> unwrapped(port, "Tensor",
                    source.use("java.util.Optional") + "<" + source.runtime("Tensor") + ">",
                    ".value().map(" + source.runtime("Tensor") + ".class::cast)");
            default -> {
                // only as it is
            }
        }
    }

    private void unwrapped(Port port, String suffix, String type, String way) {
        source.comment("What is in the output " + port.code() + ", " + JavaNames.comment(port.type()) + ".",
                List.of("@return in order; tensors are not copied"));
        source.add("    public " + type + " " + port.id() + suffix + "() {\n        return " + port.id() + "()" + way
                + ";\n    }\n");
    }

    private String list(String element) {
        return source.use("java.util.List") + "<" + element + ">";
    }

    private String javaMap(TypeInfo.OfMap map) {
        return source.use("java.util.Map") + "<" + key(map) + ", " + value(map) + ">";
    }

    private String toMap(TypeInfo.OfMap map) {
        return ".toMap(" + key(map) + ".class, " + value(map) + ".class)";
    }

    private String key(TypeInfo.OfMap map) {
        return source.use(map.key() == DType.STRING ? "java.lang.String" : "java.lang.Long");
    }

    /** The class of a map's values, single elements all; null where there is none, or they may be more. */
    private @Nullable String value(TypeInfo.OfMap map) {
        if (!(map.value() instanceof TypeInfo.OfTensor t) || t.ranked() && !t.dims().isEmpty()) {
            return null;
        }
        return switch (t.dtype()) {
            case F32 -> source.use("java.lang.Float");
            case F64 -> source.use("java.lang.Double");
            case I64 -> source.use("java.lang.Long");
            case STRING -> source.use("java.lang.String");
            default -> null;
        };
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
