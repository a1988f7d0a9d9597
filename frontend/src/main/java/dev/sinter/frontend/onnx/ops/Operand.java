package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.GraphBuilder;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Origin;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Type;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Define;
import dev.sinter.ir.op.Dims;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a name of the model stands for while it is imported: a value of the graph, or a constant or dimensions that
 * become a value only when work needs them. That is how shape arithmetic leaves no trace.
 */
public final class Operand {
    /** Larger integer constants are data, not dimensions. */
    static final int LARGEST_CONTENT = 64;

    private final Type type;
    private final @Nullable List<Dim> content;
    private final @Nullable List<@Nullable Dim> partial;
    private final String label;
    private @Nullable TensorData constant;
    private final @Nullable Value value;
    private @Nullable List<Dim> compared;
    /** Values made of this operand, each seen by the graph that made it and by the bodies within that. */
    private final Map<GraphBuilder, Value> made = new IdentityHashMap<>();
    /** Elements that became symbols, seen alike. */
    private final Map<GraphBuilder, List<Dim>> defined = new IdentityHashMap<>();

    private Operand(Type type, @Nullable List<Dim> content, @Nullable List<@Nullable Dim> partial,
            @Nullable TensorData constant, @Nullable Value value, String label) {
        this.type = type;
        this.content = content;
        this.partial = partial;
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
        var content = constant != null ? contentOf(constant)
                : value.type() instanceof TensorType t && countable(t.dtype()) ? value.facts().content() : null;
        return new Operand(value.type(), content, null, constant, value, "");
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
        return new Operand(data.type(), contentOf(data), null, data, null, label);
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
    public static Operand ofContent(TensorType type, List<Dim> content) {
        return new Operand(type, List.copyOf(content), null, null, null, "");
    }

    /**
     * An integer tensor of which only some elements are known as dimensions.
     *
     * @param value
     *            the tensor
     * @param known
     *            the elements, row-major, null where data tells them
     * @return the operand
     */
    static Operand ofPartial(Value value, List<@Nullable Dim> known) {
        return new Operand(value.type(), null, new ArrayList<>(known), null, value, "");
    }

    /** A comparison of two dimensions which only the model's run decides. */
    static Operand ofComparison(Value value, Dim a, Dim b) {
        var operand = of(value);
        operand.compared = List.of(a, b);
        return operand;
    }

    /** {@return the two dimensions that are equal where this is true, or null} */
    @Nullable
    List<Dim> compared() {
        return compared;
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

    /**
     * The type of a tensor.
     *
     * @return element type and shape
     * @throws IrException
     *             if this is a sequence, an optional or a map
     */
    public TensorType type() {
        if (type instanceof TensorType tensor) {
            return tensor;
        }
        throw new IrException("a tensor was expected, not " + type);
    }

    /** {@return the type, of a tensor or another} */
    public Type kind() {
        return type;
    }

    /** {@return the elements as dimensions, or null where they are not known} */
    public @Nullable List<Dim> content() {
        return content;
    }

    /** {@return the elements as dimensions, null where they are not known; null where none is} */
    @Nullable
    List<@Nullable Dim> partial() {
        return content != null ? new ArrayList<>(content) : partial;
    }

    /** {@return the elements, or null where this is no constant} */
    public @Nullable TensorData constant() {
        if (constant == null && content != null && content.stream().allMatch(Dim::isConst)) {
            var data = TensorData.zeros(type().dtype(), type().shape().toLongs());
            for (int i = 0; i < content.size(); i++) {
                data.set(i, content.get(i).value());
            }
            constant = data;
        }
        return constant;
    }

    /**
     * This operand as a value of the graph, made when first asked for. Constants are made in the outermost graph, so
     * that every body sees them.
     *
     * @param builder
     *            collects the graph's nodes
     * @param origin
     *            the node that needs it
     * @return the value
     */
    public Value value(GraphBuilder builder, Origin origin) {
        if (value != null) {
            return value;
        }
        var found = seen(made, builder);
        if (found == null) {
            var data = constant();
            var home = data != null ? builder.root() : builder;
            found = data != null ? home.constant(data, label)
                    : home.apply(new Dims(content == null ? List.of() : content, type()), origin);
            made.put(home, found);
        }
        return found;
    }

    /** The elements as dimensions: where data tells them, new symbols, which are the same whenever asked for. */
    List<Dim> define(GraphBuilder builder, Origin origin, String prefix) {
        if (content != null) {
            return content;
        }
        var found = seen(defined, builder);
        if (found == null) {
            var tensor = value(builder, origin);
            int n = Math.toIntExact(tensor.shape().size().value());
            var symbols = IntStream.range(0, n).mapToObj(i -> builder.symbols().fresh(prefix)).toList();
            builder.apply(new Define(symbols), origin, tensor);
            var dims = new ArrayList<Dim>();
            for (int i = 0; i < n; i++) {
                var known = partial == null ? null : partial.get(i);
                dims.add(known != null ? known : Dim.sym(symbols.get(i)));
            }
            found = dims;
            defined.put(builder, found);
        }
        return found;
    }

    private static <T> @Nullable T seen(Map<GraphBuilder, T> things, GraphBuilder builder) {
        for (var at = builder; at != null; at = at.parent()) {
            var found = things.get(at);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
