package dev.sinter.passes;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Node;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Constant;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.MatMulInteger;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.ScaledMatMul;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Matrix products of one operand with constant matrices become one product with the matrices side by side, and slices of
 * it: the query, key and value of attention, or the two halves of a gated layer. The epilogues must have one structure;
 * constants in them that differ become a vector over the columns. Every column is computed as before.
 */
final class MergeProducts implements Rule {
    private final Class<? extends Op> kind;

    private MergeProducts(Class<? extends Op> kind) {
        this.kind = kind;
    }

    static MergeProducts real() {
        return new MergeProducts(MatMul.class);
    }

    static MergeProducts integer() {
        return new MergeProducts(MatMulInteger.class);
    }

    static MergeProducts scaled() {
        return new MergeProducts(ScaledMatMul.class);
    }

    @Override
    public String name() {
        return kind == MatMul.class ? "merge-products"
                : kind == ScaledMatMul.class ? "merge-scaled-products" : "merge-integer-products";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return kind;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        var first = Product.of(node);
        if (first == null || !isMergeable(first, graph)) {
            return Optional.empty();
        }
        var group = new ArrayList<>(List.of(first));
        for (var user : graph.users(first.a())) {
            var other = user.op().getClass() == kind ? Product.of(user) : null;
            if (other != null && user != node && graph.isBefore(node, user) && isMergeable(other, graph)
                    && first.a().equals(other.a()) && fitTogether(first, other)) {
                group.add(other);
            }
        }
        return group.size() < 2 ? Optional.empty() : Optional.of(merge(group, graph));
    }

    private static boolean isMergeable(Product product, GraphIndex graph) {
        var b = product.b();
        return b.isConstant() && b.shape().rank() == 2 && graph.uses(b) == 1 && !product.a().isConstant()
                && product.a().shape().isRanked() && product.a().shape().rank() > 1;
    }

    private static boolean fitTogether(Product first, Product other) {
        boolean same =
                first.b().dtype() == other.b().dtype() && first.b().shape().dim(0).equals(other.b().shape().dim(0))
                        && first.fixed().size() == other.fixed().size();
        if (same && first.node().op() instanceof MatMulInteger x && other.node().op() instanceof MatMulInteger y) {
            same = x.zeroA() == y.zeroA() && x.zeroB() == y.zeroB()
                    && (!x.zeroA() || first.fixed().get(2).equals(other.fixed().get(2)))
                    && (!x.zeroB() || first.fixed().getLast().isConstant() && other.fixed().getLast().isConstant());
        }
        if (same && first.node().op() instanceof ScaledMatMul x && other.node().op() instanceof ScaledMatMul y) {
            same = x.block() == y.block() && x.zero() == y.zero() && x.roundsA() == y.roundsA()
                    && first.fixed().getLast().dtype() == other.fixed().getLast().dtype()
                    && Stream.of(first, other).flatMap(p -> p.fixed().stream().skip(1))
                            .allMatch(Value::isConstant);
        }
        return same && new EpilogueUnion(List.of(first, other)).unify() != null;
    }

    private static Patch merge(List<Product> group, GraphIndex graph) {
        var patch = graph.patch(group.size() + " products of " + group.getFirst().a());
        var union = new EpilogueUnion(group);
        Expr epilogue = Objects.requireNonNull(union.unify());
        var columns = group.stream().map(Product::columns).toList();
        var fixed = new ArrayList<>(group.getFirst().fixed());
        fixed.set(1, joined(group, 1, columns, graph, patch));
        if (group.getFirst().node().op() instanceof MatMulInteger m && m.zeroB()) {
            int place = m.zeroBInput();
            fixed.set(place, joined(group, place, columns, graph, patch));
        }
        if (kindOf(group) == ScaledMatMul.class) {
            for (int place = 2; place < fixed.size(); place++) {
                fixed.set(place, joined(group, place, columns, graph, patch));
            }
        }
        var extras = union.extras(patch);
        var origin = group.stream().map(p -> p.node().origin()).reduce(Origin.NONE, Origin::plus);
        var product = group.getFirst().add(patch, fixed, epilogue, extras, origin);
        long begin = 0;
        for (int i = 0; i < group.size(); i++) {
            var node = group.get(i).node();
            patch.replace(node.output(), slice(product, node, begin, patch));
            begin += columns.get(i);
        }
        return patch.build();
    }

    private static Class<? extends Op> kindOf(List<Product> group) {
        return group.getFirst().node().op().getClass();
    }

    private static Value joined(List<Product> group, int place, List<Long> columns, GraphIndex graph,
            Patch.Builder patch) {
        var parts = group.stream().map(p -> Objects.requireNonNull(p.fixed().get(place).constant())).toList();
        var names = new ArrayList<String>();
        for (var product : group) {
            var producer = graph.producer(product.fixed().get(place));
            if (producer != null && producer.op() instanceof Constant(var data, var label) && !label.isEmpty()) {
                names.add(label);
            }
        }
        return patch.constant(
                place == 1 || kindOf(group) == ScaledMatMul.class ? Columns.join(parts)
                        : Columns.vector(parts, columns),
                String.join("+", names));
    }

    private static Value slice(Value product, Node node, long begin, Patch.Builder patch) {
        int rank = product.shape().rank();
        var begins = new ArrayList<>(Collections.nCopies(rank, Dim.ZERO));
        begins.set(rank - 1, Dim.of(begin));
        var sizes = new ArrayList<>(product.shape().dims());
        sizes.set(rank - 1, node.output().shape().dim(-1));
        return patch.add(new View(new IndexMap.Slice(begins, Collections.nCopies(rank, 1L), sizes)), node.origin(),
                product);
    }
}
