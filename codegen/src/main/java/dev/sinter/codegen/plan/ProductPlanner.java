package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.AttentionKernel;
import dev.sinter.codegen.kernel.Epilogue;
import dev.sinter.codegen.kernel.GemmKernel;
import dev.sinter.codegen.kernel.MapKernel;
import dev.sinter.codegen.kernel.MatMulKernel;
import dev.sinter.codegen.kernel.ScalarProduct;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Node;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Attention;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.MatMulInteger;
import dev.sinter.ir.op.ScaledMatMul;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Matrix products and attention: which kernel, which packing, and whether the epilogue goes with it. */
final class ProductPlanner {
    private static final int EXACT = 1 << 24;
    /** Columns that are few beside a vector's lanes. */
    private static final int NARROW = 4;

    private final PlanBuilder plan;
    private final UnaryOperator<Operand> contiguous;
    private final SparsePlanner sparse;
    private final CodebookPlanner codebooks;

    ProductPlanner(PlanBuilder plan, UnaryOperator<Operand> contiguous) {
        this.plan = plan;
        this.contiguous = contiguous;
        this.sparse = new SparsePlanner(plan, this::lines);
        this.codebooks = new CodebookPlanner(plan, this::lines);
    }

    // ---- real numbers

    void matmul(MatMul op, Node node) {
        var b = node.input(1);
        var extras = node.inputs().subList(2, node.inputs().size());
        if (sparse.group(node) > 0) {
            var operands = new ArrayList<Operand>();
            var epilogue = literals(op.epilogue(), extras, operands);
            sparse.product(node, epilogue, operands);
            return;
        }
        var codes = codebooks.weights(node);
        if (codes != null) {
            var operands = new ArrayList<Operand>();
            codebooks.product(node, codes, literals(op.epilogue(), extras, operands), operands);
            return;
        }
        if (b.isConstant() && b.shape().rank() == 2 && b.dtype() == DType.F32 && node.input(0).shape().rank() >= 2) {
            var weights = packed(EightBits.of(b.constant()));
            packed(node, op.epilogue(), plan.operand(node.input(0)), weights, null, 0, extras);
        } else {
            general(node, op.epilogue(), plan.operand(node.input(0)), plan.operand(b), node.input(0).dtype(), extras);
        }
    }

    /** Rows of the last axis, contiguous each and one behind the other; copied where they are not. */
    Operand lines(Operand left) {
        var rows = left.strides().getLast().equals(Dim.ONE) || left.dims().getLast().equals(Dim.ONE)
                ? left.collapseLeading(1) : null;
        return rows != null ? rows : contiguous.apply(left).collapseLeading(1);
    }

    private Operand packed(TensorData data) {
        return plan.constant(data, WeightItem.Form.PANEL16);
    }

    /** A product with constant weights, and its epilogue where the kernel can take it. */
    private void packed(Node node, Expr epilogue, Operand left, Operand weights, @Nullable Operand zero, int blockK,
            List<Value> extras) {
        var a = lines(left);
        var output = plan.result(node.output());
        var operands = new ArrayList<Operand>();
        var expr = literals(epilogue, extras, operands);
        var matrices = matrices(operands, output.dims(), a.dims().getFirst());
        boolean integer = blockK > 0;
        boolean many = integer && blockK < weights.dims().getFirst().value();
        var scratch = many ? plan.scratch(DType.I32, Dim.of(GemmKernel.SCRATCH)) : null;
        var blockSums = many ? plan.scratch(DType.F32, Dim.of(GemmKernel.SCRATCH)) : null;
        var k = weights.dims().getFirst().value();
        var n = weights.dims().get(1).value();
        var work = plan.scratch(DType.F32, ScalarProduct.work(k, n));
        var sums = plan.scratch(DType.F32, ScalarProduct.sums(a.dims().getFirst(), n));
        boolean storable = expr.dtype() == DType.F32 || integer && expr.dtype() == DType.I32;
        if (matrices != null && storable && Epilogue.fits(expr, matrices) && !isNarrow(a, weights, expr)) {
            var whole = new GemmKernel.Product(a, weights, zero, output.collapseLeading(1),
                    new Epilogue(expr, matrices), blockK,
                    scratch, blockSums, work, sums);
            if (GemmKernel.fits(whole, plan.kernels())) {
                plan.step(GemmKernel.of(whole, plan.kernels()));
                return;
            }
        }
        var type = integer ? DType.I32 : DType.F32;
        var product = plan.temporary(type, output.dims());
        plan.step(GemmKernel.of(new GemmKernel.Product(a, weights, zero, product.collapseLeading(1),
                new Epilogue(Expr.arg(0, type), List.of()), blockK, scratch, blockSums, work, sums), plan.kernels()));
        operands.addFirst(product);
        plan.map(expr, operands, output);
    }

    /** Whether so few of a vector's lanes are columns that the epilogue is done sooner on all rows' results at once. */
    private static boolean isNarrow(Operand a, Operand weights, Expr epilogue) {
        return weights.dims().get(1).value() <= NARROW && epilogue.cost() > 1 && !a.dims().getFirst().equals(Dim.ONE);
    }

    /** Puts constant scalars into the expression; the other operands are collected. */
    Expr literals(Expr epilogue, List<Value> extras, List<Operand> operands) {
        var args = new ArrayList<Expr>();
        args.add(Expr.arg(0, productType(epilogue)));
        for (var extra : extras) {
            if (isLiteral(extra)) {
                var data = extra.constant();
                args.add(Expr.literal(data.getDouble(0), data.dtype()));
            } else {
                operands.add(plan.operand(extra));
                args.add(Expr.arg(operands.size(), extra.dtype()));
            }
        }
        return epilogue.substitute(args);
    }

    /** Whether {@link #literals} puts a value into the expression. */
    static boolean isLiteral(Value value) {
        var data = value.constant();
        return data != null && data.size() == 1 && data.dtype().isFloat();
    }

    private static DType productType(Expr epilogue) {
        var found = new DType[]{DType.F32};
        epilogue.transform(e -> {
            if (e instanceof Expr.Arg(var i, var t) && i == 0) {
                found[0] = t;
            }
            return e;
        });
        return found[0];
    }

    /** Epilogue operands as {@code [M,N]}, or null where one has a shape between that and a vector. */
    static @Nullable List<Operand> matrices(List<Operand> operands, List<Dim> dims, Dim rows) {
        var out = new ArrayList<Operand>();
        for (var operand : operands) {
            var matrix = operand.broadcast(dims).collapseLeading(1);
            if (matrix == null || !matrix.dims().getFirst().equals(rows)) {
                return null;
            }
            out.add(matrix);
        }
        return out;
    }

    /** Any product of two computed operands; numpy's rank-1 forms get an axis of one. */
    private void general(Node node, Expr epilogue, Operand a, Operand b, DType type, List<Value> extras) {
        var output = plan.result(node.output());
        var operands = new ArrayList<Operand>();
        var expr = literals(epilogue, extras, operands);
        boolean plain = expr instanceof Expr.Arg;
        var product = plain ? output : plan.temporary(type, output.dims());
        var left = a.rank() == 1 ? withAxis(a, 0) : a;
        var right = b.rank() == 1 ? withAxis(b, 1) : b;
        if (type == DType.F32 && !right.strides().getLast().equals(Dim.ONE)
                && !right.dims().getLast().equals(Dim.ONE)) {
            right = contiguous.apply(right);
        }
        var out = product;
        out = a.rank() == 1 ? withAxis(out, b.rank() == 1 ? out.rank() : out.rank() - 1) : out;
        out = b.rank() == 1 ? withAxis(out, out.rank()) : out;
        var lead = out.dims().subList(0, out.rank() - 2);
        plan.step(MatMulKernel.of(lead(left, lead), lead(right, lead), out));
        if (!plain) {
            operands.addFirst(product);
            plan.map(expr, operands, output);
        }
    }

    private static Operand withAxis(Operand operand, int axis) {
        var dims = new ArrayList<>(operand.dims());
        var strides = new ArrayList<>(operand.strides());
        dims.add(axis, Dim.ONE);
        strides.add(axis, Dim.ONE);
        return new Operand(operand.place(), operand.dtype(), operand.offset(), dims, strides);
    }

    private static Operand lead(Operand operand, List<Dim> lead) {
        var dims = new ArrayList<>(lead);
        dims.addAll(operand.dims().subList(operand.rank() - 2, operand.rank()));
        var broad = operand.broadcast(dims);
        // the matrix' own strides stay, also along axes of one
        var strides = new ArrayList<>(broad.strides().subList(0, lead.size()));
        strides.addAll(operand.strides().subList(operand.rank() - 2, operand.rank()));
        return new Operand(operand.place(), operand.dtype(), operand.offset(), dims, strides);
    }

    // ---- integers

    void matmulInteger(MatMulInteger op, Node node) {
        var extras = node.inputs().subList(op.firstExtra(), node.inputs().size());
        var left = centered(node.input(0), op.zeroA() ? node.input(2) : null, true);
        var b = node.input(1);
        var zero = op.zeroB() ? node.input(op.zeroBInput()) : null;
        boolean constant = b.isConstant() && b.shape().rank() == 2 && (zero == null || zero.isConstant());
        if (constant && node.input(0).shape().rank() >= 2) {
            var data = b.constant();
            packed(node, op.epilogue(), left, packed(data), zeros(data, zero), blockK(data, zero), extras);
            return;
        }
        var wide = integers(left);
        general(node, op.epilogue(), wide, integers(centered(b, zero, false)), DType.I32, extras);
    }

    /** A product of real numbers and bytes whose columns have a scale, and maybe a zero point, each. */
    void ofBytes(ScaledMatMul op, Node node) {
        var data = node.input(1).constant();
        var extras = new ArrayList<>(node.inputs().subList(op.firstExtra(), node.inputs().size()));
        var args = new ArrayList<Expr>();
        // added to 0, as sums of several blocks are, so that no sum is -0
        args.add(Expr.apply(Fn.FMA, Expr.arg(0, DType.F32), Expr.arg(extras.size() + 1, DType.F32),
                Expr.literal(0, DType.F32)));
        for (int i = 0; i < extras.size(); i++) {
            args.add(Expr.arg(i + 1, extras.get(i).dtype()));
        }
        extras.add(node.input(2));
        packed(node, op.epilogue().substitute(args), plan.operand(node.input(0)), packed(data),
                zeros(data, op.zero() ? node.input(3) : null), 0, extras);
    }

    /** An 8-bit operand less its zero point, as f32 integers. */
    private Operand centered(Value value, @Nullable Value zero, boolean perRow) {
        var operand = plan.operand(value);
        if (value.dtype() == DType.F32) {
            return operand;
        }
        var x = Expr.cast(Expr.arg(0, value.dtype()), DType.F32);
        var out = plan.temporary(DType.F32, operand.dims());
        if (zero == null) {
            plan.step(MapKernel.of(x, List.of(operand), out));
        } else {
            var point = plan.operand(zero);
            var shifted = Expr.apply(Fn.SUB, x, Expr.cast(Expr.arg(1, zero.dtype()), DType.F32));
            boolean column = perRow && point.rank() == 1 && !point.dims().getFirst().equals(Dim.ONE);
            plan.step(MapKernel.of(shifted, List.of(operand, column ? withAxis(point, 1) : point), out));
        }
        return out;
    }

    private Operand integers(Operand f32) {
        var out = plan.temporary(DType.I32, f32.dims());
        plan.step(MapKernel.of(Expr.cast(Expr.arg(0, DType.F32), DType.I32), List.of(f32), out));
        return out;
    }

    /** Zero points of the columns as f32, padded to whole panels; null where all are 0. */
    private @Nullable Operand zeros(TensorData weights, @Nullable Value zero) {
        if (zero == null) {
            return null;
        }
        int n = (int) weights.dims()[1];
        var padded = new float[(n + 15) / 16 * 16];
        boolean any = false;
        for (int i = 0; i < n; i++) {
            padded[i] = zeroPoint(zero, i);
            any |= padded[i] != 0;
        }
        if (!any) {
            return null;
        }
        var data = TensorData.floats(padded, padded.length);
        return plan.constant(data);
    }

    private static float zeroPoint(@Nullable Value zero, int column) {
        if (zero == null) {
            return 0;
        }
        var data = zero.constant();
        return data.getLong(data.size() == 1 ? 0 : column);
    }

    /** How many k's can be summed in f32 without rounding: below 2^24 whatever the activations (at most 255) are. */
    private static int blockK(TensorData weights, @Nullable Value zero) {
        int n = (int) weights.dims()[1];
        long largest = 1;
        for (int i = 0; i < weights.size(); i++) {
            largest = Math.max(largest, Math.abs(weights.getLong(i) - (long) zeroPoint(zero, n == 0 ? 0 : i % n)));
        }
        int most = (int) (EXACT / (255 * largest));
        int k = (int) weights.dims()[0];
        return k <= most ? Math.max(1, k) : Math.max(1, most / 16 * 16);
    }

    // ---- attention

    void attention(Attention op, Node node) {
        var q = heads(op, lastContiguous(plan.operand(node.input(0))));
        var k = heads(op, lastContiguous(plan.operand(node.input(1))));
        var v = heads(op, lastContiguous(plan.operand(node.input(2))));
        var output = heads(op, plan.result(node.output()));
        Operand mask = null;
        if (op.mask()) {
            var scores = List.of(q.dims().get(0), Dim.of(op.heads()), q.dims().get(2), k.dims().get(2));
            var given = plan.operand(node.input(3));
            mask = given.broadcast(scores);
            if (!mask.strides().getLast().equals(Dim.ONE) && !mask.strides().getLast().equals(Dim.ZERO)) {
                mask = contiguous.apply(given).broadcast(scores);
            }
        }
        var scratch = plan.scratch(DType.F32,
                AttentionKernel.scratchSize((int) q.dims().get(3).value(), (int) v.dims().get(3).value(),
                        k.dims().get(2),
                        mask != null && !mask.strides().get(2).equals(Dim.ZERO)));
        float scale = op.divide() ? 1 / op.scale() : op.scale();
        var work = plan.scratch(DType.F32, Dim.of(AttentionKernel.WORK));
        var sums = plan.scratch(DType.F32,
                AttentionKernel.sumsSize((int) v.dims().get(3).value(), k.dims().get(2)));
        plan.step(AttentionKernel.of(new AttentionKernel.Attended(q, k, v, mask, output, scale, scratch, work, sums),
                plan.kernels()));
    }

    /** Heads side by side as {@code [B,heads,S,D]}; where they are apart, as it is. */
    private static Operand heads(Attention op, Operand operand) {
        if (operand.rank() == 4) {
            return operand;
        }
        var d = Dim.of(operand.dims().get(2).value() / op.heads());
        var strides = operand.strides();
        return new Operand(operand.place(), operand.dtype(), operand.offset(),
                List.of(operand.dims().get(0), Dim.of(op.heads()), operand.dims().get(1), d),
                List.of(strides.get(0), d, strides.get(1), Dim.ONE));
    }

    private Operand lastContiguous(Operand operand) {
        return operand.strides().getLast().equals(Dim.ONE) ? operand : contiguous.apply(operand);
    }
}
