package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Graph;
import dev.sinter.ir.GraphBuilder;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Type;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Define;
import dev.sinter.ir.op.If;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Branches and repetition: If (1, 11, 13, 16 and later more types), Loop (1, 11, 13, 16 and later more types), Scan (8
 * with a batch axis, 9, 11, 16 and later more types), SequenceMap (17).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Loop.html">Loop</a>
 */
final class Control {
    static final List<OnnxOp> OPS = List.of(
            onnx("If", 1, Control::either),
            onnx("Loop", 1, Loops::loop),
            onnx("Scan", 8, 8, Scans::batched),
            onnx("Scan", 9, Scans::scan),
            onnx("SequenceMap", 17, Loops::sequenceMap));

    private Control() {
    }

    /** A region under construction and what it makes. */
    record Region(GraphBuilder builder, List<Value> results) {
        /** The region with its results named in turn. */
        Graph graph() {
            for (int i = 0; i < results.size(); i++) {
                builder.output("out" + i, results.get(i));
            }
            return builder.build();
        }

        /** Tells the graph around it of symbols the region defines, and of what must hold of them. */
        void tell(NodeContext node) {
            var outer = Set.copyOf(node.symbols().bounds().keySet());
            var known = Set.copyOf(node.symbols().equalities());
            // what a body needs of outer sizes is not needed where the body is not run: it is checked within
            for (var equality : List.copyOf(builder.symbols().equalities())) {
                if (!known.contains(equality) && outer.containsAll(mentioned(equality))) {
                    check(equality, node);
                }
            }
            builder.symbols().bounds().forEach((name, bounds) -> {
                if (!outer.contains(name)) {
                    node.symbols().declare(name, bounds);
                }
            });
            for (var equality : List.copyOf(builder.symbols().equalities())) {
                if (!outer.containsAll(mentioned(equality))) {
                    node.symbols().requireEqual(equality.left(), equality.right(), equality.reason());
                }
            }
        }

        private static Set<String> mentioned(Symbols.Equality equality) {
            var mentioned = new HashSet<>(equality.left().symbols());
            mentioned.addAll(equality.right().symbols());
            return mentioned;
        }

        /** A symbol for one side, defined in the region, must equal the other. */
        private void check(Symbols.Equality equality, NodeContext node) {
            var name = builder.symbols().fresh("check");
            var side = equality.left().isConst() ? equality.right() : equality.left();
            var other = equality.left().isConst() ? equality.left() : equality.right();
            var value = Operand.ofContent(TensorType.of(DType.I64, 1), List.of(side)).value(builder, node.origin());
            builder.apply(new Define(List.of(name)), node.origin(), value);
            builder.symbols().requireEqual(Dim.sym(name), other, equality.reason());
        }
    }

    /** A condition that is known takes its branch; else both become regions. */
    static List<Operand> either(NodeContext node) {
        var yes = node.attributes().graph("then_branch");
        var no = node.attributes().graph("else_branch");
        var known = node.input(0).constant();
        if (known != null && known.size() == 1) {
            return node.body(known.getLong(0) != 0 ? yes : no, node.builder(), List.of());
        }
        var condition = node.reshape(node.value(0), Shape.SCALAR);
        var outer = Set.copyOf(node.symbols().bounds().keySet());
        var first = branch(node, yes, "then");
        // the second branch's new symbols must differ from the first's
        first.tell(node);
        var second = branch(node, no, "else");
        second.tell(node);
        if (first.results().size() != second.results().size()) {
            throw node.error("branches of as many outputs were expected, not of " + first.results().size() + " and "
                    + second.results().size());
        }
        oneRank(node, first, second);
        var compared = node.input(0).compared();
        if (compared != null && !agree(first, second)) {
            // the rank depends on a size: exporters write so what removes an axis of size 1, which it must then be
            node.symbols().requireEqual(compared.get(0), compared.get(1), "the branch of node '"
                    + node.origin().first() + "' that is supported");
            return node.body(yes, node.builder(), List.of());
        }
        var types = new ArrayList<Type>();
        for (int i = 0; i < first.results().size(); i++) {
            types.add(joined(node, first.results().get(i).type(), second.results().get(i).type(), outer));
        }
        var results = node.builder().add(new If(types), List.of(condition), List.of(first.graph(), second.graph()),
                node.origin());
        return node.results(results.toArray(Value[]::new));
    }

    private static boolean agree(Region first, Region second) {
        for (int i = 0; i < first.results().size(); i++) {
            if (Joins.join(first.results().get(i).type(), second.results().get(i).type(), size -> Joins.ANY) == null) {
                return false;
            }
        }
        return true;
    }

    /** Branches may give one element as a scalar here, as a tensor of one axis there; then both give the latter. */
    private static void oneRank(NodeContext node, Region first, Region second) {
        for (int i = 0; i < first.results().size(); i++) {
            if (first.results().get(i).type() instanceof TensorType(var a, var left)
                    && second.results().get(i).type() instanceof TensorType(var b, var right) && left.isRanked()
                    && right.isRanked() && left.rank() + right.rank() == 1 && left.size().equals(right.size())) {
                var narrow = left.rank() == 0 ? first : second;
                narrow.results().set(i, node.with(narrow.builder(), List.of())
                        .reshape(narrow.results().get(i), Shape.of(1)));
            }
        }
    }

    private static Type joined(NodeContext node, Type a, Type b, Set<String> outer) {
        // a size that one branch defines is no size outside
        var left = Joins.map(a, dim -> outer.containsAll(dim.symbols()) ? dim : Dim.of(-1));
        var right = Joins.map(b, dim -> outer.containsAll(dim.symbols()) ? dim : Dim.of(-2));
        var joined = Joins.join(left, right, node::fresh);
        if (joined == null) {
            throw node.error("branches of one type were expected, not " + a + " and " + b);
        }
        return Joins.map(joined, dim -> dim.isConst() && dim.value() < 0 ? Joins.ANY : dim);
    }

    private static Region branch(NodeContext node, GraphProto body, String name) {
        var region = node.builder().region(name);
        var results = new ArrayList<Value>();
        for (var result : node.body(body, region, List.of())) {
            results.add(result.value(region, node.origin()));
        }
        return new Region(region, results);
    }

    /** A bool or number of one element as a scalar. */
    static Value scalar(NodeContext node, Value value) {
        return node.reshape(value, Shape.SCALAR);
    }

    /** The type of a scalar. */
    static TensorType scalar(DType dtype) {
        return new TensorType(dtype, Shape.SCALAR);
    }
}
