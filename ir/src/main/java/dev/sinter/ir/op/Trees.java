package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Every row of {@code x:f32[N,F]} walks each decision tree to a leaf; the leaves' votes are combined, one tree after the
 * other: {@code f32[N,targets]}. The trees are constants, rows of tables:
 *
 * <ul>
 * <li>{@code feature:i64[n]} and {@code limit:f32[n]}: a node asks whether {@code x[feature] <= limit}; a limit that is
 * NaN never holds
 * <li>{@code missing:bool[n]}: what it takes for the answer where the feature is NaN
 * <li>{@code children:i64[n,2]}: where it leads if that holds, and if not: to nodes behind it; a leaf leads to itself
 * <li>{@code roots:i64[T]}: where each tree begins
 * <li>{@code first:i64[T]} and {@code votes:f32[n,w]}: what a leaf adds to target {@code first} of its tree and the
 * {@code w - 1} behind it
 * </ul>
 *
 * @param monoid
 *            how votes combine: sum, minimum or maximum
 * @param targets
 *            results of a row
 * @see <a href="https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsemble.html">TreeEnsemble</a>
 */
public record Trees(Reduce.Monoid monoid, int targets) implements Op {
    /** Operand number of {@code x}. */
    public static final int X = 0;
    /** Operand number of {@code feature}. */
    public static final int FEATURE = 1;
    /** Operand number of {@code limit}. */
    public static final int LIMIT = 2;
    /** Operand number of {@code missing}. */
    public static final int MISSING = 3;
    /** Operand number of {@code children}. */
    public static final int CHILDREN = 4;
    /** Operand number of {@code roots}. */
    public static final int ROOTS = 5;
    /** Operand number of {@code first}. */
    public static final int FIRST = 6;
    /** Operand number of {@code votes}. */
    public static final int VOTES = 7;

    @Override
    public String mnemonic() {
        return "trees";
    }

    @Override
    public Attributes attributes() {
        return Attributes.of("monoid", monoid.name().toLowerCase(Locale.ROOT), "targets", targets);
    }

    /**
     * What a target is that no tree votes for.
     *
     * @return the neutral element of the monoid
     */
    public float neutral() {
        return switch (monoid) {
            case SUM -> 0;
            case MIN -> Float.POSITIVE_INFINITY;
            case MAX -> Float.NEGATIVE_INFINITY;
            case PROD, MEAN -> throw new IrException("trees: votes are not combined by " + monoid);
        };
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        neutral();
        var x = inputs.get(X).tensor();
        if (x.dtype() != DType.F32 || x.shape().rank() != 2 || !x.shape().dim(1).isConst()) {
            throw new IrException("trees: f32[N,F] with a constant F was expected, got " + x);
        }
        for (int i = FEATURE; i <= VOTES; i++) {
            if (!inputs.get(i).isConstant()) {
                throw new IrException("trees: operand " + i + " was expected to be constant");
            }
        }
        check(inputs, x.shape().dim(1).value());
        return List.of(Result.of(new TensorType(DType.F32, Shape.of(x.shape().dim(0), Dim.of(targets)))));
    }

    private void check(List<Value> inputs, long features) {
        var votes = constant(inputs, VOTES, DType.F32, 2);
        long n = votes.dims()[0];
        long width = votes.dims()[1];
        var children = constant(inputs, CHILDREN, DType.I64, 2);
        var roots = constant(inputs, ROOTS, DType.I64, 1);
        var first = constant(inputs, FIRST, DType.I64, 1);
        boolean fits = constant(inputs, LIMIT, DType.F32, 1).size() == n
                && constant(inputs, MISSING, DType.BOOL, 1).size() == n && children.dims()[0] == n
                && children.dims()[1] == 2 && first.size() == roots.size();
        if (!fits || !below(constant(inputs, FEATURE, DType.I64, 1), features) || !descend(children)
                || !below(roots, n) || !below(first, targets - width + 1)) {
            throw new IrException("trees: tables of " + n + " nodes over " + features + " features do not fit");
        }
    }

    private static TensorData constant(List<Value> inputs, int operand, DType dtype, int rank) {
        var data = inputs.get(operand).constant();
        if (data.dtype() != dtype || data.dims().length != rank) {
            throw new IrException("trees: operand " + operand + " was expected to be " + dtype + " of rank " + rank
                    + ", got " + data.type());
        }
        return data;
    }

    /** Whether each node leads twice to itself, or to nodes behind it: then every walk ends. */
    private static boolean descend(TensorData children) {
        int n = (int) children.dims()[0];
        for (int i = 0; i < n; i++) {
            long holds = children.getLong(2 * i);
            long fails = children.getLong(2 * i + 1);
            boolean leaf = holds == i && fails == i;
            if (!leaf && (holds <= i || fails <= i || holds >= n || fails >= n)) {
                return false;
            }
        }
        return true;
    }

    private static boolean below(TensorData data, long limit) {
        for (int i = 0; i < data.size(); i++) {
            if (data.getLong(i) < 0 || data.getLong(i) >= limit) {
                return false;
            }
        }
        return true;
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        int rows = (int) inputs.get(X).dims()[0];
        var votes = inputs.get(VOTES);
        var roots = inputs.get(ROOTS);
        int width = (int) votes.dims()[1];
        var result = TensorData.zeros(DType.F32, rows, targets);
        float[] scores = result.floatArray();
        Arrays.fill(scores, neutral());
        for (int row = 0; row < rows; row++) {
            for (int tree = 0; tree < roots.size(); tree++) {
                int leaf = leaf(inputs, row, (int) roots.getLong(tree));
                for (int j = 0; j < width; j++) {
                    int at = row * targets + (int) inputs.get(FIRST).getLong(tree) + j;
                    scores[at] = combined(scores[at], (float) votes.getDouble(leaf * width + j));
                }
            }
        }
        return List.of(result);
    }

    private static int leaf(List<TensorData> inputs, int row, int root) {
        int features = (int) inputs.get(X).dims()[1];
        var children = inputs.get(CHILDREN);
        int node = root;
        while (children.getLong(2 * node) != node) {
            double value = inputs.get(X).getDouble(row * features + (int) inputs.get(FEATURE).getLong(node));
            boolean holds = Double.isNaN(value) ? inputs.get(MISSING).getLong(node) != 0
                    : value <= inputs.get(LIMIT).getDouble(node);
            node = (int) children.getLong(2 * node + (holds ? 0 : 1));
        }
        return node;
    }

    private float combined(float a, float b) {
        return switch (monoid) {
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            default -> a + b;
        };
    }
}
