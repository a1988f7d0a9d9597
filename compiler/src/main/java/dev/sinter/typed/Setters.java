package dev.sinter.typed;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.TypeInfo;
import java.util.List;

/** Writes the methods that set one input, for the class of inputs and for that of sessions. */
final class Setters {
    private static final String WRONG = "@throws ModelException if the memory is smaller than the shape, or a size is"
            + " negative";
    private final Source source;
    private final String owner;
    private final String target;

    /**
     * Setters of a class.
     *
     * @param source
     *            where to
     * @param owner
     *            the class, which they return
     * @param target
     *            statement that sets a value, with {@code NAME} and {@code VALUE} in it
     */
    Setters(Source source, String owner, String target) {
        this.source = source;
        this.owner = owner;
        this.target = target;
    }

    /** Writes all for one input. */
    void write(Port port) {
        switch (port.value().type()) {
            case TypeInfo.OfTensor t -> tensor(port, t.dtype());
            case TypeInfo.OfSequence s -> {
                if (s.element() instanceof TypeInfo.OfTensor) {
                    wrapped(port, "Tensor", "elements", "SequenceValue.of", "...", "the elements in order");
                }
            }
            case TypeInfo.OfOptional o -> {
                if (o.element() instanceof TypeInfo.OfTensor) {
                    wrapped(port, "Tensor", "present", "OptionalValue.of", "", "the value, which is there");
                }
            }
            case TypeInfo.OfMap _ -> {
            }
        }
        var type = source.runtime(port.valueClass());
        comment(port, List.of("@param value the value; kept, not copied", "@return this"));
        method(port, type + " value", target.replace("NAME", JavaNames.literal(port.name())).replace("VALUE", "value"));
    }

    private void wrapped(Port port, String of, String parameter, String factory, String dots, String what) {
        comment(port, List.of("@param " + parameter + " " + what, "@return this"));
        var parts = factory.split("\\.");
        method(port, source.runtime(of) + dots + " " + parameter,
                "return " + port.id() + "(" + source.runtime(parts[0]) + "." + parts[1] + "(" + parameter + "));");
    }

    private void tensor(Port port, DType dtype) {
        var tensor = source.runtime("Tensor");
        var constant = source.runtime("DType") + "." + dtype.name();
        var kept = Port.storage(dtype);
        if (dtype == DType.BOOL) {
            shaped(port, "boolean[] array", "the elements; copied",
                    tensor + ".of(" + constant + ", array, shape)");
        } else if (!Port.isPlain(dtype)) {
            var values = Port.wished(dtype).equals("float[]") ? "double[]" : "long[]";
            shaped(port, values + " values", "the elements as numbers; rounded to " + dtype + " and copied",
                    tensor + ".ofValues(" + constant + ", values, shape)");
        }
        var remark = Port.remark(dtype);
        shaped(port, source.array(kept) + " array", "the elements" + (remark.isEmpty() ? "" : ", " + remark)
                + "; read where they are, not copied", tensor + ".of(" + constant + ", array, shape)");
        if (dtype != DType.STRING) {
            shaped(port, source.use("java.lang.foreign.MemorySegment") + " memory",
                    "the elements in native byte order" + (remark.isEmpty() ? "" : ", " + remark)
                            + "; copied by each run",
                    tensor + ".of(" + constant + ", memory, shape)");
        }
    }

    private void shaped(Port port, String parameter, String what, String value) {
        source.runtime("ModelException");
        var name = parameter.substring(parameter.indexOf(' ') + 1);
        comment(port, List.of("@param " + name + " " + what, "@param shape the sizes of all dimensions; kept",
                "@return this", WRONG.replace("ModelException", source.runtime("ModelException"))));
        method(port, parameter + ", long... shape", "return " + port.id() + "(" + value + ");");
    }

    private void comment(Port port, List<String> tags) {
        source.comment("Sets the input " + port.code() + ", " + JavaNames.comment(port.type()) + ".", tags);
    }

    private void method(Port port, String parameters, String body) {
        source.add("    public " + owner + " " + port.id() + "(" + parameters + ") {\n");
        body.lines().forEach(line -> source.add("        " + line + "\n"));
        source.add("    }\n");
    }
}
