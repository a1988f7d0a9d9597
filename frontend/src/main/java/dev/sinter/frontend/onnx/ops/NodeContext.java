package dev.sinter.frontend.onnx.ops;

import dev.sinter.frontend.onnx.OnnxImportException;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.GraphBuilder;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Type;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Attributes;
import dev.sinter.ir.op.Compute;
import dev.sinter.ir.op.Define;
import dev.sinter.ir.op.If;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Library;
import dev.sinter.ir.op.Loop;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.View;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A model's node while it is lowered: its operands and attributes, and a place for the core ops it becomes. */
public final class NodeContext {
    /** Constants up to this size are computed at once, for the sake of shapes; the folding pass does the others. */
    private static final int TINY = 64;
    /** So many elements may become symbols. */
    private static final int DEFINABLE = 1024;

    private final GraphBuilder builder;
    private final NodeProto node;
    private final long opset;
    private final List<@Nullable Operand> inputs;
    private final Origin origin;
    private final NodeAttributes attributes;
    private final @Nullable Bodies bodies;

    /**
     * A node to be lowered.
     *
     * @param builder
     *            collects the graph's nodes
     * @param node
     *            the model's node
     * @param name
     *            what messages call it
     * @param opset
     *            version of the operator set of its domain
     * @param inputs
     *            its operands, null where one is left out
     * @param folder
     *            the folder external data is relative to, or null
     * @param bodies
     *            lowers its bodies, or null where it has none
     */
    public NodeContext(GraphBuilder builder, NodeProto node, String name, long opset, List<@Nullable Operand> inputs,
            @Nullable Path folder, @Nullable Bodies bodies) {
        this.bodies = bodies;
        this.builder = builder;
        this.node = node;
        this.opset = opset;
        this.inputs = inputs;
        this.origin = Origin.of(name);
        this.attributes = new NodeAttributes(node, name, folder);
    }

    private NodeContext(NodeContext like, GraphBuilder builder, List<@Nullable Operand> inputs) {
        this.builder = builder;
        this.node = like.node;
        this.opset = like.opset;
        this.inputs = inputs;
        this.origin = like.origin;
        this.attributes = like.attributes;
        this.bodies = like.bodies;
    }

    /** {@return version of the operator set} */
    long opset() {
        return opset;
    }

    /** {@return the node's attributes} */
    NodeAttributes attributes() {
        return attributes;
    }

    /** {@return where core ops are collected} */
    GraphBuilder builder() {
        return builder;
    }

    /** {@return the node's name as an origin} */
    Origin origin() {
        return origin;
    }

    /** {@return what is known of symbols} */
    Symbols symbols() {
        return builder.symbols();
    }

    /** {@return number of operands, those left out included} */
    int inputCount() {
        return inputs.size();
    }

    /** {@return number of results, unnamed ones included} */
    int outputCount() {
        return node.getOutputCount();
    }

    /** Whether operand i is given. */
    boolean has(int i) {
        return i < inputs.size() && inputs.get(i) != null;
    }

    /** Whether result i has a name, so that something may use it. */
    boolean wants(int i) {
        return i < node.getOutputCount() && !node.getOutput(i).isEmpty();
    }

    /** A problem with this node. */
    OnnxImportException error(String problem) {
        return new OnnxImportException("node '" + origin.first() + "' (" + node.getOpType() + "): " + problem);
    }

    Operand input(int i) {
        var input = i < inputs.size() ? inputs.get(i) : null;
        if (input == null) {
            throw error("input " + i + " was expected, it is missing");
        }
        return input;
    }

    /** The type of operand i, which must be a tensor. */
    TensorType type(int i) {
        return input(i).type();
    }

    /** The type of operand i, of a tensor or another. */
    Type kind(int i) {
        return input(i).kind();
    }

    Shape shape(int i) {
        var shape = type(i).shape();
        if (!shape.isRanked()) {
            throw error("an input of known rank was expected, input " + i + " is " + type(i));
        }
        return shape;
    }

    Value value(int i) {
        return input(i).value(builder, origin);
    }

    /** All operands as values; none may be left out. */
    List<Value> values() {
        var values = new ArrayList<Value>();
        for (int i = 0; i < inputs.size(); i++) {
            values.add(value(i));
        }
        return values;
    }

    /** The elements of an integer operand as dimensions, or null where they depend on data. */
    @Nullable
    List<Dim> known(int i) {
        var content = input(i).content();
        if (content == null && kind(i) instanceof TensorType t && t.shape().isConst()
                && t.shape().size().value() == 0) {
            return List.of();
        }
        return content == null ? null : content.stream().map(symbols()::simplify).toList();
    }

    /**
     * The elements of an integer operand of known length as dimensions. Those that depend on data become new symbols, so
     * they must not be negative; where they may be, compute what is wanted of them first and {@link #define} that.
     */
    List<Dim> content(int i) {
        var known = known(i);
        if (known != null) {
            return known;
        }
        var type = type(i);
        if (type.dtype().isFloat() && type.shape().isConst() && type.shape().size().value() <= DEFINABLE) {
            return define(cast(value(i), DType.I64), node.getOpType().toLowerCase(Locale.ROOT));
        }
        if (!type.dtype().isInteger() || !type.shape().isConst() || type.shape().size().value() > DEFINABLE) {
            throw error("an integer tensor of at most " + DEFINABLE + " elements was expected as input " + i
                    + ", it is " + type);
        }
        return input(i).define(builder, origin, node.getOpType().toLowerCase(Locale.ROOT)).stream()
                .map(symbols()::simplify).toList();
    }

    /** The elements of an integer tensor of known length as dimensions, new symbols where they depend on data. */
    List<Dim> define(Value sizes, String prefix) {
        return Operand.of(sizes).define(builder, origin, prefix);
    }

    /** The elements of an i64 operand as a tensor of one axis. */
    Value integers(int i) {
        return reshape(cast(value(i), DType.I64), Shape.of(shape(i).size()));
    }

    /** Dimensions as an i64 tensor of one axis. */
    Value dims(List<Dim> dims) {
        return Operand.ofContent(TensorType.of(DType.I64, dims.size()), dims).value(builder, origin);
    }

    /** The elements of an integer operand, which must be constant. */
    long[] constants(int i) {
        var content = known(i);
        if (content == null || !content.stream().allMatch(Dim::isConst)) {
            throw error("constants were expected as input " + i + ", not " + (content == null
                    ? type(i) + " computed from data" : content.toString()));
        }
        return content.stream().mapToLong(Dim::value).toArray();
    }

    /** Whether an operand's elements are constants of the model. */
    boolean isConstant(int i) {
        return input(i).constant() != null;
    }

    /** An axis counted from the front. */
    int axis(long axis, int rank) {
        if (axis < -rank || axis >= rank) {
            throw error("an axis from " + -rank + " to " + (rank - 1) + " was expected, not " + axis);
        }
        return (int) (axis < 0 ? axis + rank : axis);
    }

    /** Axes counted from the front, ascending. */
    List<Integer> axes(long[] given, int rank) {
        var axes = new ArrayList<Integer>();
        for (var axis : given) {
            axes.add(axis(axis, rank));
        }
        if (axes.stream().distinct().count() != axes.size()) {
            throw error("axes that differ were expected, not " + axes);
        }
        axes.sort(null);
        return axes;
    }

    /** The dimensions' normal form under what is known of symbols. */
    Shape simplify(Shape shape) {
        return new Shape(shape.dims().stream().map(symbols()::simplify).toList());
    }

    Value constant(TensorData data) {
        return builder.root().constant(data, "");
    }

    /** A constant of rank 0. */
    Value scalar(DType dtype, double value) {
        return constant(TensorData.scalar(dtype, value));
    }

    /** Adds a core op with one result. */
    Value apply(Op op, Value... operands) {
        return applyAll(op, List.of(operands)).getFirst();
    }

    /** Adds a core op; a tiny constant result is computed instead. */
    List<Value> applyAll(Op op, List<Value> operands) {
        if (!operands.isEmpty() && operands.stream().allMatch(NodeContext::isTiny) && isEvaluated(op)
                && !isDequantization(op, operands)) {
            var results = op.infer(operands, symbols());
            if (results.stream().allMatch(r -> r.type() instanceof TensorType t && isTiny(t))) {
                var data = op.evaluate(operands.stream().map(NodeContext::data).toList());
                return data.stream().map(this::constant).toList();
            }
        }
        return builder.add(op, operands, origin);
    }

    /** Whether the op says its results when compiling. */
    private static boolean isEvaluated(Op op) {
        return !(op instanceof Library || op instanceof If || op instanceof Loop || op instanceof Define);
    }

    /** Weights of at most 8 bits stay what they are: passes look for them. */
    private static boolean isDequantization(Op op, List<Value> operands) {
        var from = operands.getFirst().dtype();
        return op instanceof Map(var expr) && expr.dtype() == DType.F32 && from.isInteger() && from.bits() <= 8;
    }

    private static TensorData data(Value value) {
        var data = value.constant();
        if (data == null) {
            throw new IllegalArgumentException(value + " is no constant");
        }
        return data;
    }

    private static boolean isTiny(Value value) {
        return value.isConstant() && isTiny(value.tensor());
    }

    private static boolean isTiny(TensorType type) {
        return type.shape().isConst() && type.shape().size().value() <= TINY;
    }

    /** Adds elementwise work; operand i is {@code $i}. */
    Value map(Expr expr, Value... operands) {
        return apply(new Map(expr), operands);
    }

    /** Adds a tensor said element by element, see {@link dev.sinter.ir.Formula}. */
    Value compute(Shape shape, Expr expr, Value... operands) {
        return apply(new Compute(simplify(shape), expr), operands);
    }

    /** Adds a reshape, unless the shape is that already. */
    Value reshape(Value value, Shape shape) {
        var target = simplify(shape);
        return value.shape().equals(target) ? value : apply(new View(new IndexMap.Reshape(target)), value);
    }

    /** Adds an expansion, unless the shape is that already. */
    Value expand(Value value, Shape shape) {
        var target = simplify(shape);
        return value.shape().equals(target) ? value : apply(new View(new IndexMap.Expand(target)), value);
    }

    /** Adds a permutation of axes. */
    Value permute(Value value, List<Integer> perm) {
        return apply(new View(new IndexMap.Permute(perm)), value);
    }

    /** Converts elements, unless they are of that type already. */
    Value cast(Value value, DType to) {
        return value.dtype() == to ? value : map(Expr.cast(Expr.arg(0, value.dtype()), to), value);
    }

    /** The type to compute in: f32 for smaller floats. */
    static DType wide(DType type) {
        return type.isFloat() && type.bits() < 32 ? DType.F32 : type;
    }

    /** Results that are values. */
    List<Operand> results(Value... values) {
        return List.of(values).stream().map(Operand::of).toList();
    }

    /**
     * Adds a call of a routine of the runtime.
     *
     * @param routine
     *            its name
     * @param arguments
     *            its settings
     * @param results
     *            types of its results; sizes that data tells are {@link Symbols#fresh new symbols}
     * @param operands
     *            its operands
     * @return its results
     */
    List<Value> library(String routine, Attributes arguments, List<Type> results, List<Value> operands) {
        return builder.add(new Library(routine, arguments, results), operands, origin);
    }

    /** A call of a routine of one result. */
    Value library(String routine, Attributes arguments, Type result, Value... operands) {
        return library(routine, arguments, List.of(result), List.of(operands)).getFirst();
    }

    /** A new symbol for a size that data tells. */
    Dim fresh(String prefix) {
        return Dim.sym(symbols().fresh(prefix));
    }

    /** Lowers a body into a builder: a region's, or this node's own. */
    List<Operand> body(GraphProto body, GraphBuilder into, List<Operand> operands) {
        if (bodies == null) {
            throw error("a node without bodies was expected");
        }
        return bodies.lower(body, into, operands);
    }

    /** What a name around this node stands for, as a value. */
    Value named(String name) {
        if (bodies == null) {
            throw error("a node without names around it was expected");
        }
        return bodies.named(name).value(builder, origin);
    }

    /** This node with other operands, and its core ops collected elsewhere. */
    NodeContext with(GraphBuilder into, List<@Nullable Operand> operands) {
        return new NodeContext(this, into, operands);
    }
}
