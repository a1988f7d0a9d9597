package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.OnnxTypes;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Facts;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Node;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Type;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where nodes are added: one body of the file, what the graph's values are there, and which node of the graph is being
 * written. Sizes are i64 tensors of one element and one axis.
 */
final class Site {
    private final Draft draft;
    private final Body body;
    private final Graph graph;
    private final @Nullable Site outer;
    private final Map<Value, Ref> values = new HashMap<>();
    private final Map<Value, Node> producers;
    private final Map<String, Supplier<Ref>> symbols = new HashMap<>();
    private Origin origin = Origin.NONE;

    private Site(Draft draft, Graph graph, @Nullable Site outer) {
        this.draft = draft;
        this.graph = graph;
        this.outer = outer;
        this.body = new Body(outer == null ? null : outer.body);
        this.producers = graph.producers();
    }

    /** The model's graph. */
    static Site of(Draft draft, Graph graph) {
        return new Site(draft, graph, null);
    }

    /** A body within this one, of a region of the node that is being written. */
    Site inner(Graph region) {
        var inner = new Site(draft, region, this);
        inner.origin = origin;
        return inner;
    }

    /** A body within this one that is no region: it sees the same values. */
    Site inner() {
        return inner(new Graph("", List.of(), List.of(), List.of(), graph.symbols()));
    }

    Draft draft() {
        return draft;
    }

    Body body() {
        return body;
    }

    Graph graph() {
        return graph;
    }

    Symbols known() {
        return graph.symbols();
    }

    /** From here on nodes stand for these of the model. */
    void begin(Origin current) {
        origin = current;
    }

    // ---- values

    /** What a value of the graph is here. */
    Ref value(Value value) {
        for (var site = this; site != null; site = site.outer) {
            var found = site.values.get(value);
            if (found != null) {
                return found;
            }
        }
        throw new Unexportable("operand " + value + " could not be written");
    }

    void define(Value value, Ref ref) {
        values.put(value, ref);
    }

    /** The node that makes a value, if it is one of this graph or of one around it. */
    @Nullable
    Node producer(Value value) {
        for (var site = this; site != null; site = site.outer) {
            var found = site.producers.get(value);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** A constant without a name. */
    Ref constant(TensorData data) {
        return draft.constant(data, "");
    }

    /** A view of a constant is a constant itself, as long as it is not larger. */
    @Nullable
    Ref folded(Ref value, IndexMap view) {
        var data = draft.known(value);
        if (data == null) {
            return null;
        }
        var result = new View(view).infer(List.of(new Value(0, data.type(), Facts.NONE)), new Symbols()).getFirst();
        return result.type() instanceof TensorType(var dtype, var shape) && shape.isConst()
                && shape.size().value() <= data.size() ? constant(new View(view).evaluate(List.of(data)).getFirst())
                        : null;
    }

    Ref longs(long... elements) {
        return constant(TensorData.longs(elements, elements.length));
    }

    Ref scalar(DType dtype, double number) {
        return constant(TensorData.scalar(dtype, number));
    }

    Ref integer(DType dtype, long number) {
        var data = TensorData.zeros(dtype);
        data.set(0, number);
        return constant(data);
    }

    // ---- nodes

    /** A node with one tensor as its result. */
    Ref op(String operator, DType type, List<@Nullable Ref> inputs, AttributeProto... attributes) {
        return op(operator, List.of(Types.tensor(type)), inputs, attributes).getFirst();
    }

    Ref op(String operator, DType type, Ref input, AttributeProto... attributes) {
        return op(operator, type, List.of(input), attributes);
    }

    Ref op(String operator, DType type, Ref first, Ref second, AttributeProto... attributes) {
        return op(operator, type, List.of(first, second), attributes);
    }

    Ref op(String operator, DType type, Ref first, Ref second, Ref third, AttributeProto... attributes) {
        return op(operator, type, List.of(first, second, third), attributes);
    }

    /** A node with results of any types. */
    List<Ref> op(String operator, List<? extends Type> types, List<@Nullable Ref> inputs,
            AttributeProto... attributes) {
        return body.addOnce(step("", operator, types, inputs, Map.of(), attributes));
    }

    /** A node of another domain. */
    List<Ref> op(String domain, int version, String operator, List<? extends Type> types, List<@Nullable Ref> inputs,
            AttributeProto... attributes) {
        draft.use(domain, version);
        return body.addOnce(step(domain, operator, types, inputs, Map.of(), attributes));
    }

    /** A node that gives other results each time it stands there, or that has bodies. */
    List<Ref> own(String operator, List<? extends Type> types, List<@Nullable Ref> inputs, Map<String, Body> bodies,
            AttributeProto... attributes) {
        var step = step("", operator, types, inputs, bodies, attributes);
        body.add(step);
        return step.outputs();
    }

    private Body.Step step(String domain, String operator, List<? extends Type> types, List<@Nullable Ref> inputs,
            Map<String, Body> bodies, AttributeProto... attributes) {
        var results = new ArrayList<Ref>();
        for (var type : types) {
            draft.require(type);
            results.add(new Ref(type, ""));
        }
        return new Body.Step(domain, operator, new ArrayList<>(inputs), results, List.of(attributes), bodies, origin);
    }

    /** A conversion as the graph defines it; nothing if the type is the same already. */
    Ref cast(Ref value, DType to) {
        return value.dtype() == to ? value
                : op("Cast", to, value, Attribute.of("to", OnnxTypes.code(to)));
    }

    // ---- sizes

    /** A symbol's size is given by this from here on, unless it is known already. */
    void symbol(String name, Supplier<Ref> size) {
        if (!knows(name)) {
            symbols.put(name, size);
        }
    }

    /** A symbol that a body's input has is that input's, whatever is around. */
    void ownSymbol(String name, Supplier<Ref> size) {
        symbols.putIfAbsent(name, size);
    }

    private boolean knows(String name) {
        for (var site = this; site != null; site = site.outer) {
            if (site.symbols.containsKey(name)) {
                return true;
            }
        }
        return false;
    }

    /** The size of an axis as i64[1]. */
    Ref sizeOf(Ref tensor, int axis) {
        return op("Shape", DType.I64, tensor, Attribute.of("start", axis), Attribute.of("end", axis + 1));
    }

    /** A dimension as i64[1]. */
    Ref size(Dim dim) {
        return switch (known().simplify(dim)) {
            case Dim.Const(long size) -> longs(size);
            case Dim.Sym(var name) -> symbolSize(name);
            case Dim.Add(var a, var b) -> op("Add", DType.I64, size(a), size(b));
            case Dim.Mul(var a, var b) -> op("Mul", DType.I64, size(a), size(b));
            case Dim.Min(var a, var b) -> op("Min", DType.I64, size(a), size(b));
            case Dim.Max(var a, var b) -> op("Max", DType.I64, size(a), size(b));
            case Dim.FloorDiv(var a, var b) -> {
                var dividend = size(a);
                var divisor = size(b);
                // Div cuts towards zero; without the remainder, which has the divisor's sign, it is exact
                var exact = known().min(a) >= 0 ? dividend
                        : op("Sub", DType.I64, dividend, op("Mod", DType.I64, dividend, divisor));
                yield op("Div", DType.I64, exact, divisor);
            }
        };
    }

    private Ref symbolSize(String name) {
        for (var site = this; site != null; site = site.outer) {
            var found = site.symbols.get(name);
            if (found != null) {
                return found.get();
            }
        }
        throw new Unexportable("the size " + name + " is not known");
    }

    /** Dimensions as i64[n]. */
    Ref sizes(List<Dim> dims) {
        var simple = dims.stream().map(known()::simplify).toList();
        if (simple.stream().allMatch(Dim::isConst)) {
            return longs(simple.stream().mapToLong(Dim::value).toArray());
        }
        if (simple.size() == 1) {
            return size(simple.getFirst());
        }
        var parts = new ArrayList<@Nullable Ref>();
        for (int i = 0; i < simple.size();) {
            int end = i;
            while (end < simple.size() && simple.get(end).isConst()) {
                end++;
            }
            if (end > i) {
                parts.add(longs(simple.subList(i, end).stream().mapToLong(Dim::value).toArray()));
                i = end;
            } else {
                parts.add(size(simple.get(i++)));
            }
        }
        return op("Concat", DType.I64, parts, Attribute.of("axis", 0));
    }

    /** A tensor of one element as a scalar. */
    Ref toScalar(Ref one) {
        var constant = folded(one, new IndexMap.Reshape(Shape.SCALAR));
        return constant != null ? constant
                : op("Reshape", one.dtype(), one, constant(TensorData.longs(new long[0], 0)));
    }

    /** A tensor as one of one axis. */
    Ref flat(Ref value) {
        return op("Reshape", value.dtype(), value, longs(-1));
    }

    /** Operands of several kinds in one list. */
    static List<@Nullable Ref> list(@Nullable Ref... refs) {
        return Arrays.asList(refs);
    }
}
