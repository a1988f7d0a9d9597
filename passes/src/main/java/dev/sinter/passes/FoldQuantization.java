package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Node;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.MatMulInteger;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.QuantizeDynamic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code DynamicQuantizeLinear -> MatMulInteger}: the operand is centered when it is quantized, so the product needs no
 * zero point of it. The centered integers are exact in f32 and the product is exact in 32 bits, so every result stays
 * the same to the bit. Done where only integer products take the quantized operand.
 */
final class FoldQuantization implements Rule {
    @Override
    public String name() {
        return "fold-quantization";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return QuantizeDynamic.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        if (!(node.op() instanceof QuantizeDynamic(var centered)) || centered) {
            return Optional.empty();
        }
        var quantized = node.outputs().get(0);
        var zero = node.outputs().get(2);
        var products = graph.users(quantized);
        if (products.isEmpty() || !products.stream().allMatch(p -> takes(p, quantized, zero))
                || graph.uses(quantized) != products.size() || graph.uses(zero) != products.size()) {
            return Optional.empty();
        }
        var patch = graph.patch("quantized for " + products.size() + " integer products");
        var results = patch.addAll(new QuantizeDynamic(true), node.origin(), node.inputs());
        patch.replace(node.outputs().get(1), results.get(1));
        for (var product : products) {
            patch.replace(product.output(), centered(product, results.getFirst(), patch));
        }
        return Optional.of(patch.build());
    }

    private static boolean takes(Node product, Value quantized, Value zero) {
        return product.op() instanceof MatMulInteger m && m.zeroA() && product.input(0).equals(quantized)
                && product.input(2).equals(zero);
    }

    private static Value centered(Node product, Value operand, Patch.Builder patch) {
        var operands = new ArrayList<>(product.inputs());
        operands.set(0, operand);
        operands.remove(2);
        boolean zeroB = product.op() instanceof MatMulInteger m && m.zeroB();
        Expr epilogue = product.op() instanceof MatMulInteger m ? m.epilogue() : Expr.arg(0, DType.I32);
        return patch.addAll(new MatMulInteger(false, zeroB, epilogue), product.origin(), List.copyOf(operands))
                .getFirst();
    }
}
