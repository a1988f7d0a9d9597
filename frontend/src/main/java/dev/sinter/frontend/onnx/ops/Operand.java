package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.GraphBuilder;
import dev.sinter.ir.Origin;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Dims;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a name of the model stands for while it is imported: a value of the graph, or a constant or dimensions that
 * become a value only when work needs them. That is how shape arithmetic leaves no trace.
 */
public final class Operand {
    /** Larger integer constants are data, not dimensions. */
    private static final int LARGEST_CONTENT = 64;

    private final TensorType type;
    private final @Nullable List<Dim> content;
    private final String label;
    private @Nullable TensorData constant;
    private @Nullable Value value;

    private Operand(TensorType type, @Nullable List<Dim> content, @Nullable TensorData constant, @Nullable Value value,
            String label) {
        this.type = type;
        this.content = content;
        this.constant = constant;
        this.value = value;
        this.label = label;
    }

    /**
     * A value.
     *
     * @param value
     *            of the graph
     * @return the operand
     */
    public static Operand of(Value value) {
        var constant = value.constant();
        var content =
                constant != null ? contentOf(constant) : countable(value.dtype()) ? value.facts().content() : null;
        return new Operand(value.tensor(), content, constant, value, "");
    }

    /**
     * A constant.
     *
     * @param data
     *            its elements
     * @param label
     *            its name in the model, or ""
     * @return the operand
     */
    public static Operand ofConstant(TensorData data, String label) {
        return new Operand(data.type(), contentOf(data), data, null, label);
    }

    /**
     * An integer or truth tensor whose elements are dimensions.
     *
     * @param type
     *            of known sizes
     * @param content
     *            the elements, row-major
     * @return the operand
     */
    static Operand ofContent(TensorType type, List<Dim> content) {
        return new Operand(type, List.copyOf(content), null, null, "");
    }

    private static @Nullable List<Dim> contentOf(TensorData data) {
        return countable(data.dtype()) && data.size() <= LARGEST_CONTENT
                ? IntStream.range(0, data.size()).<Dim>mapToObj(i -> Dim.of(data.getLong(i))).toList()
                : null;
    }

    /** Whether dimensions may be kept in elements of that type. */
    static boolean countable(DType dtype) {
        return dtype == DType.I64 || dtype == DType.I32 || dtype == DType.BOOL;
    }

    /** {@return type of this operand} */
    public TensorType type() {
        return type;
    }

    /** {@return the elements as dimensions, or null where they are not known} */
    @Nullable
    List<Dim> content() {
        return content;
    }

    /** {@return the elements, or null where this is no constant} */
    @Nullable
    TensorData constant() {
        if (constant == null && content != null && content.stream().allMatch(Dim::isConst)) {
            var data = TensorData.zeros(type.dtype(), type.shape().toLongs());
            for (int i = 0; i < content.size(); i++) {
                data.set(i, content.get(i).value());
            }
            constant = data;
        }
        return constant;
    }

    /**
     * This operand as a value of the graph, made when first asked for.
     *
     * @param builder
     *            collects the graph's nodes
     * @param origin
     *            the node that needs it
     * @return the value
     */
    public Value value(GraphBuilder builder, Origin origin) {
        var made = value;
        if (made == null) {
            var data = constant();
            made = data != null
                    ? builder.constant(data, label)
                    : builder.apply(new Dims(content == null ? List.of() : content, type), origin);
            value = made;
        }
        return made;
    }
}
