package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Stmt.Range;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.codegen.plan.Place;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.runtime.Form;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Matrix product of real numbers with constant weights of a few bits ({@link LowBits}), which have a scale for each block
 * of a column: {@code a[M,K] x ((q[K,N] - zero) * scale) -> c[M,N]}, then the epilogue. A block is summed by fma in
 * ascending k, and the sum goes to the total by one more, with the scale.
 *
 * <p>
 * A task is a block of rows times a group of panels. One row takes the weights from where they lie, in registers; for
 * several a few panels at a time are decoded into memory that stays in cache.
 */
public final class ScaledKernel {
    /** Rows of a task. */
    private static final int ROWS = 256;
    private static final int LANES = VType.LANES;
    /** Memory where decoded weights lie. */
    private static final String DECODED = "d";
    /** Memory where the totals of a tile lie. */
    private static final String TOTALS = "s";

    /**
     * Weights.
     *
     * @param form
     *            how they are packed
     * @param words
     *            {@code i32} panels
     * @param scales
     *            {@code f32[ceil(K/block),N]} in panels
     * @param zeros
     *            zero points likewise; null where there are none
     * @param block
     *            rows with one scale
     * @param k
     *            rows of the matrix
     * @param n
     *            its columns
     */
    public record Weights(LowBits form, Operand words, Operand scales, @Nullable Operand zeros, int block, int k,
            int n) {
        int blocks() {
            return (k + block - 1) / block;
        }

        /** Whether blocks end within a step. */
        boolean isOdd() {
            return k % LowBits.STEP != 0 || blocks() > 1 && block % LowBits.STEP != 0;
        }
    }

    /**
     * One product.
     *
     * @param a
     *            {@code f32[M,K]}, rows contiguous
     * @param weights
     *            the other factors
     * @param c
     *            {@code f32[M,N]}, rows contiguous
     * @param epilogue
     *            what happens before the store
     * @param factors
     *            {@code f32[M,ceil(K/block)]}, contiguous, what each row's sum of a block is multiplied by as well; null
     *            for nothing
     * @param decoded
     *            f32 memory of {@link #decoded} elements for each worker
     * @param totals
     *            f32 memory of {@link #TILE} elements for each worker
     */
    public record Product(Operand a, Weights weights, Operand c, Epilogue epilogue, @Nullable Operand factors,
            Place decoded, Place totals) {
    }

    /** Elements of a tile at most. */
    public static final int TILE = 8 * 8 * LANES;

    /**
     * Memory for decoded weights.
     *
     * @param k
     *            rows of the matrix
     * @return elements of memory that a worker needs
     */
    public static Dim decoded(int k) {
        return Dim.of((long) LANES * k * GemmTile.panels(Form.V512, GemmTile.maxRows(Form.V512)));
    }

    private final Product product;
    private final Weights weights;
    private final Access access = new Access();
    private final Access.Memory a;
    private final Access.Memory w;
    private final Access.Memory scale;
    private final Access.@Nullable Memory zero;
    private final Access.@Nullable Memory factors;
    private final Access.Memory c;
    private final Access.Memory decoded;
    private final Access.Memory totals;
    private final Epilogue.Declared epilogue;
    private final Term m;
    private final Term lda;
    private final Term ldc;
    private final Term k;
    private final Term block;
    private final Term words;

    private ScaledKernel(Product product) {
        this.product = product;
        this.weights = product.weights;
        this.a = access.memory("a", product.a);
        this.w = access.memory("w", weights.words);
        this.scale = access.memory("q", weights.scales);
        this.zero = weights.zeros == null ? null : access.memory("z", weights.zeros);
        this.factors = product.factors == null ? null : access.memory("f", product.factors);
        this.c = access.memory("c", product.c);
        this.decoded = access.memory(DECODED, ScalarSums.flat(product.decoded, DType.F32));
        this.totals = access.memory(TOTALS, ScalarSums.flat(product.totals, DType.F32));
        this.epilogue = product.epilogue.declareShared(access);
        this.m = access.size("M", product.a.dims().getFirst());
        this.lda = access.parameter("lda", product.a.strides().getFirst());
        this.ldc = access.parameter("ldc", product.c.strides().getFirst());
        this.k = access.parameter("K", Dim.of(weights.k));
        this.block = access.parameter("block", Dim.of(weights.block));
        this.words = access.parameter("words", Dim.of(weights.form.words(weights.k, weights.block)));
    }

    /**
     * The call that computes a product.
     *
     * @param product
     *            what is multiplied
     * @param table
     *            kernels made so far
     * @return the call
     */
    public static Call of(Product product, KernelTable table) {
        var scaled = new ScaledKernel(product);
        var tasks = product.a.dims().getFirst().ceilDiv(ROWS).times(Dim.of(scaled.groups()));
        return new Call(table.shared(scaled.shape(), KernelSet.of(scaled::driver)), scaled.access.arrays(),
                scaled.access.args(), tasks);
    }

    /** All that the programs of a product depend on. */
    private record Shape(Access.Shape access, LowBits form, int n, int block, boolean many, boolean odd, Expr epilogue,
            List<Dim> columnStrides) {
    }

    private Shape shape() {
        var columns = product.epilogue.operands().stream().map(o -> o.strides().getLast()).toList();
        return new Shape(access.shape(), weights.form, weights.n, weights.block, isMany(), weights.isOdd(),
                product.epilogue.expr(), columns);
    }

    private boolean isMany() {
        return weights.blocks() > 1;
    }

    private int panels() {
        return (weights.n + LANES - 1) / LANES;
    }

    private int groups() {
        return (panels() + GemmTile.GROUP - 1) / GemmTile.GROUP;
    }

    /** What parts that don't know the columns are called. */
    private String name() {
        return "scaled.i" + weights.form.bits() + (zero == null ? "" : "z") + (factors == null ? "" : "r")
                + (isMany() ? "b" : "") + (weights.isOdd() ? "o" : "");
    }

    // ---- the driver

    private Kernel driver(Form form) {
        int full = weights.n / LANES;
        boolean masked = weights.n % LANES != 0;
        var body = Body.block(b -> b.par("t", task -> {
            var t = Term.ref("t");
            var group = task.let("group", Term.of(Prim.REM, t, Term.i32(groups())));
            var i0 = task.let("i0", Term.of(Prim.DIV, t, Term.i32(groups())).times(ROWS));
            var rows = task.let("rows", Term.of(Prim.MIN, m.minus(i0), Term.i32(ROWS)));
            var j0 = task.let("j0", group.times(GemmTile.GROUP));
            var j1 = task.let("j1", Term.of(Prim.MIN, j0.plus(GemmTile.GROUP), Term.i32(full)));
            task.when(Term.of(Prim.EQ, rows, Term.i32(1)), x -> oneRow(x, form, i0, j0, j1));
            task.when(Term.of(Prim.LT, Term.i32(1), rows), x -> severalRows(x, form, new Rows(i0, rows), j0, j1));
            if (!product.epilogue.isPlain()) {
                task.add(access.call(waiting().any(false), List.of(i0, j0, rows, j1.minus(j0))));
                if (masked) {
                    task.when(Term.of(Prim.LT, Term.i32(full), j0.plus(GemmTile.GROUP)),
                            x -> x.add(access.call(waiting().any(true),
                                    List.of(i0, Term.i32(full), rows, Term.i32(1)))));
                }
            }
        }));
        return new Kernel(name() + ".n" + weights.n + "." + Naming.of(product.epilogue.expr()) + "."
                + form.suffix().toLowerCase(Locale.ROOT), access.buffers(), access.params(true), body);
    }

    private WaitingSums waiting() {
        return new WaitingSums("scaled.n" + weights.n + "." + Naming.of(product.epilogue.expr()), access,
                new ScalarProduct.Target(name(), sum -> sum, epilogue, c, ldc, weights.n), null);
    }

    /** Whole panels from j0 to j1, some at a time, those that are left over one by one, then the one N ends in. */
    private void panels(Body b, Term j0, Term j1, int wide, Consumer<Span> span) {
        int full = weights.n / LANES;
        int last = full % GemmTile.GROUP;
        if (full > 0) {
            var whole = wide == 1 || last % wide == 0 && full >= wide ? j1
                    : b.let("whole" + wide, j0.plus(Term.of(Prim.DIV, j1.minus(j0), Term.i32(wide)).times(wide)));
            if (full >= wide) {
                span.accept(new Span(b, j0, whole, wide, false));
            }
            if (wide > 1 && (last % wide != 0 || full < wide)) {
                span.accept(new Span(b, whole, j1, 1, false));
            }
        }
        if (weights.n % LANES != 0) {
            b.when(Term.of(Prim.LT, Term.i32(full), j0.plus(GemmTile.GROUP)),
                    x -> span.accept(new Span(x, Term.i32(full), Term.i32(full + 1), 1, true)));
        }
    }

    /** Panels from {@code from} to {@code to}, so many at a time, beyond whose columns nothing is stored if masked. */
    private record Span(Body body, Term from, Term to, int wide, boolean masked) {
    }

    private record Rows(Term first, Term count) {
    }

    // ---- one row

    private void oneRow(Body b, Form form, Term i, Term j0, Term j1) {
        int wide = widest(form, p -> row(form, p, false));
        panels(b, j0, j1, wide, s -> s.body.add(access.call(row(form, s.wide, s.masked), List.of(i, s.from, s.to))));
    }

    /** The most panels, and of every group a part, with which a method stays short. */
    private static int widest(Form form, IntFunction<Kernel> tile) {
        for (int panels : new int[]{4, 3, 2}) {
            if (form != Form.SCALAR && VectorOperations.of(tile.apply(panels), form) <= VectorOperations.LIMIT) {
                return panels;
            }
        }
        return 1;
    }

    private Kernel row(Form form, int panels, boolean masked) {
        return panels > 1 ? row(panels, masked, LowBits.STEP) : shortest(form, step -> row(panels, masked, step));
    }

    /** The kernel with the most fields a step that stays short. */
    private static Kernel shortest(Form form, IntFunction<Kernel> byStep) {
        for (int step = form == Form.SCALAR ? 1 : LowBits.STEP; step > 1; step /= 2) {
            var kernel = byStep.apply(step);
            if (VectorOperations.of(kernel, form) <= VectorOperations.LIMIT) {
                return kernel;
            }
        }
        return byStep.apply(1);
    }

    private Kernel row(int panels, boolean masked, int step) {
        var u = new Range("u", panels);
        var panel = Term.ref("j").plus(Term.ref("u"));
        var body = Body.block(b -> b.loop("j", Term.ref("j0"), Term.ref("j1"), panels, x -> {
            begin(x, u, panel, step);
            x.let("ab", a.at(lda.times(Term.ref("i"))));
            x.let("nothing", Term.f32(0, LANES));
            if (isMany()) {
                var next = added(Term.ref("acc", Term.ref("u")), Term.ref("i"), Term.ref("g"),
                        Term.ref("sum", Term.ref("u")));
                x.fold("g", Term.i32(0), blocks(), 1,
                        List.of(new Stmt.Carry("sum", List.of(u), Term.ref("nothing"), next)),
                        g -> blockOfRow(g, u, Term.ref("g"), step));
            } else {
                blockOfRow(x, u, Term.i32(0), step);
                x.letAll("sum", List.of(u),
                        added(Term.ref("acc", Term.ref("u")), Term.ref("i"), Term.i32(0), Term.ref("nothing")));
            }
            var column = panel.times(LANES);
            if (masked) {
                x.letAll("lanes", List.of(u), new Term.Lanes(column, Term.i32(weights.n), LANES));
            }
            x.unroll(List.of(u), s -> s.store("c", c.at(ldc.times(Term.ref("i")).plus(column)),
                    Term.ref("sum", Term.ref("u")), masked ? Term.ref("lanes", Term.ref("u")) : null));
        }));
        return access.part(name() + ".row.c" + panels + (step == LowBits.STEP ? "" : "s" + step)
                + (masked ? "n" + weights.n + ".tail" : ""), List.of("i", "j0", "j1"), body);
    }

    private Term blocks() {
        return Term.of(Prim.DIV, k.plus(block).plus(-1), block);
    }

    /** Where each panel's words, scales and zero points begin, and the constants of decoding. */
    private void begin(Body b, Range u, Term panel, int step) {
        var blocks = isMany() ? b.let("blocks", blocks()) : Term.i32(1);
        b.letAll("wb", List.of(u), w.at(panel.times(words).times(LANES)));
        b.letAll("qb", List.of(u), scale.at(panel.times(blocks).times(LANES)));
        if (zero != null) {
            b.letAll("zb", List.of(u), zero.at(panel.times(blocks).times(LANES)));
        }
        weights.form.constants(b, step);
    }

    /** Where the elements of a block begin and end, and what is to be added to them for their places among the fields. */
    private record Extent(Term begin, Term end, Term gap) {
    }

    private Extent extent(Body b, Term g) {
        if (!isMany()) {
            return new Extent(Term.i32(0), k, Term.i32(0));
        }
        var begin = b.let("begin", g.times(block));
        var end = b.let("end", Term.of(Prim.MIN, begin.plus(block), k));
        boolean apart = weights.block % LowBits.STEP != 0;
        int step = LowBits.STEP;
        var distance = Term.of(Prim.AND, block.plus(step - 1), Term.i32(-step));
        return new Extent(begin, end, apart ? b.let("gap", g.times(distance.minus(block))) : Term.i32(0));
    }

    private void parameters(Body b, Range u, Term g) {
        if (zero != null) {
            b.letAll("zp", List.of(u), new Term.Load("z", at("zb", g), VType.F32X16, null));
        }
    }

    private static Term at(String base, Term g) {
        return Term.ref(base, Term.ref("u")).plus(g.wide().times(Term.i64(LANES)));
    }

    private void scales(Body b, Range u, Term g) {
        b.letAll("scale", List.of(u), new Term.Load("q", at("qb", g), VType.F32X16, null));
    }

    /** A total with a block's sum. */
    private Term added(Term sum, Term row, Term g, Term total) {
        Term scale = Term.ref("scale", Term.ref("u"));
        if (factors != null) {
            var at = factors.at(isMany() ? row.times(Term.ref("blocks")).plus(g) : row);
            scale = new Term.Load("f", at, VType.F32, null).splat().times(scale);
        }
        return Term.of(Prim.FMA, sum, scale, total);
    }

    /** The sums {@code acc} of a block of one row. */
    private void blockOfRow(Body b, Range u, Term g, int step) {
        var extent = extent(b, g);
        parameters(b, u, g);
        var main = b.let("main", extent.begin.plus(
                Term.of(Prim.AND, extent.end.minus(extent.begin), Term.i32(-step))));
        boolean odd = weights.isOdd() && step > 1;
        steps(b, u, odd ? "some" : "acc", Term.ref("nothing"), extent.begin, main, extent.gap, step);
        if (odd) {
            steps(b, u, "acc", Term.ref("some", Term.ref("u")), main, extent.end, extent.gap, 1);
        }
        scales(b, u, g);
    }

    private void steps(Body b, Range u, String sum, Term init, Term from, Term to, Term gap, int step) {
        var p = sum + "p";
        var panel = Term.ref("u");
        var stepBody = new Body();
        weights.form.words(stepBody, u, w, Term.ref("wb", panel), Term.ref(p).plus(gap), step);
        Term next = Term.ref(sum, panel);
        for (int f = 0; f < step; f++) {
            stepBody.let("factor" + f, new Term.Load("a", Term.ref("ab").plus(Term.ref(p)).plus(f), VType.F32, null)
                    .splat());
            stepBody.letAll("weight" + f, List.of(u), field(f));
            var fma = Term.of(Prim.FMA, Term.ref("factor" + f), Term.ref("weight" + f, panel), next);
            if (f < step - 1) {
                stepBody.letAll("part" + f, List.of(u), fma);
                next = Term.ref("part" + f, panel);
            } else {
                next = fma;
            }
        }
        b.fold(p, from, to, step, List.of(new Stmt.Carry(sum, List.of(u), init, next)),
                x -> stepBody.stmts().forEach(x::add));
    }

    private Term field(int f) {
        return weights.form.field(f, Term.ref("u"), zero == null ? null : Term.ref("zp", Term.ref("u")));
    }

    // ---- several rows

    private void severalRows(Body b, Form form, Rows rows, Term j0, Term j1) {
        int wide = GemmTile.panels(form, GemmTile.maxRows(form));
        int max = GemmTile.maxRows(form);
        var tiles = b.let("tiles", Term.of(Prim.DIV, rows.count.plus(max - 1), Term.i32(max)));
        var low = b.let("low", Term.of(Prim.DIV, rows.count, tiles));
        var split = b.let("split", rows.first.plus(Term.of(Prim.REM, rows.count, tiles).times(low.plus(1))));
        var end = b.let("i1", rows.first.plus(rows.count));
        panels(b, j0, j1, wide, s -> s.body.loop("jt" + s.wide + (s.masked ? "m" : ""), s.from, s.to, s.wide, x -> {
            var j = Term.ref("jt" + s.wide + (s.masked ? "m" : ""));
            for (int u = 0; u < s.wide; u++) {
                x.add(access.call(decode(form), List.of(j.plus(u), Term.i32(u))));
            }
            for (int height = 1; height <= max; height++) {
                int r = height;
                x.when(Term.of(Prim.EQ, low, Term.i32(r)), y -> {
                    if (r < max) {
                        y.add(access.call(tile(r + 1, s.wide, s.masked), List.of(rows.first, split, j)));
                    }
                    y.add(access.call(tile(r, s.wide, s.masked), List.of(split, end, j)));
                });
            }
        }));
    }

    /** Decodes a panel into a slot of the memory. */
    private Kernel decode(Form form) {
        return shortest(form, this::decode);
    }

    private Kernel decode(int step) {
        var u = new Range("u", 1);
        var body = Body.block(b -> {
            begin(b, u, Term.ref("j"), step);
            b.let("to", decoded.at(Term.ref("slot").times(k).times(LANES)));
            if (isMany()) {
                b.loop("g", Term.i32(0), blocks(), 1, x -> decodeBlock(x, u, Term.ref("g"), step));
            } else {
                decodeBlock(b, u, Term.i32(0), step);
            }
        });
        return access.part(name() + ".decode" + (step == LowBits.STEP ? "" : ".s" + step), List.of("j", "slot"), body);
    }

    private void decodeBlock(Body b, Range u, Term g, int step) {
        var extent = extent(b, g);
        parameters(b, u, g);
        var main = b.let("main", extent.begin.plus(
                Term.of(Prim.AND, extent.end.minus(extent.begin), Term.i32(-step))));
        decodeSteps(b, u, "p", extent.begin, main, extent.gap, step);
        if (weights.isOdd() && step > 1) {
            decodeSteps(b, u, "p1", main, extent.end, extent.gap, 1);
        }
    }

    private void decodeSteps(Body b, Range u, String p, Term from, Term to, Term gap, int step) {
        b.loop(p, from, to, step, x -> {
            weights.form.words(x, u, w, Term.ref("wb", Term.ref("u")), Term.ref(p).plus(gap), step);
            for (int f = 0; f < step; f++) {
                int number = f;
                x.unroll(List.of(u), s -> s.store(DECODED,
                        Term.ref("to").plus(Term.ref(p).plus(number).times(LANES)), field(number)));
            }
        });
    }

    /** Rows times decoded panels. */
    private Kernel tile(int rows, int panels, boolean masked) {
        var t = new Range("t", rows);
        var u = new Range("u", panels);
        var panel = Term.ref("j").plus(Term.ref("u"));
        var column = panel.times(LANES);
        var body = Body.block(b -> {
            var blocks = isMany() ? b.let("blocks", blocks()) : Term.i32(1);
            b.letAll("qb", List.of(u), scale.at(panel.times(blocks).times(LANES)));
            b.letAll("db", List.of(u), decoded.at(Term.ref("u").times(k).times(LANES)));
            if (masked) {
                b.letAll("lanes", List.of(u), new Term.Lanes(column, Term.i32(weights.n), LANES));
            }
            var mask = masked ? Term.ref("lanes", Term.ref("u")) : null;
            b.loop("i", Term.ref("i0"), Term.ref("i1"), rows, x -> {
                var row = Term.ref("i").plus(Term.ref("t"));
                x.letAll("ab", List.of(t), a.at(lda.times(row)));
                if (isMany()) {
                    manyBlocks(x, t, u);
                    x.loop("tt", Term.i32(0), Term.i32(rows), 1, y -> y.unroll(List.of(u), s -> s.store("c",
                            c.at(ldc.times(Term.ref("i").plus(Term.ref("tt"))).plus(column)),
                            new Term.Load(TOTALS, total(Term.ref("tt"), u), VType.F32X16, null), mask)));
                    return;
                }
                sums(x, t, u, Term.i32(0), k);
                scales(x, u, Term.i32(0));
                var sum = added(Term.ref("acc", Term.ref("t"), Term.ref("u")), row, Term.i32(0), Term.ref("zero"));
                x.unroll(List.of(t, u), s -> s.store("c", c.at(ldc.times(row).plus(column)), sum, mask));
            });
        });
        return access.part(name() + ".r" + rows + "c" + panels + (masked ? "n" + weights.n + ".tail" : ""),
                List.of("i0", "i1", "j"), body);
    }

    private Term total(Term t, Range u) {
        return totals.at(t.times(u.end()).plus(Term.ref("u")).times(LANES));
    }

    private void manyBlocks(Body b, Range t, Range u) {
        b.loop("zi", Term.i32(0), Term.i32((long) t.end() * u.end() * LANES), LANES,
                x -> x.store(TOTALS, totals.at(Term.ref("zi")), Term.f32(0, LANES)));
        b.loop("g", Term.i32(0), blocks(), 1, x -> {
            var extent = extent(x, Term.ref("g"));
            sums(x, t, u, extent.begin, extent.end);
            scales(x, u, Term.ref("g"));
            x.unroll(List.of(t, u), s -> s.store(TOTALS, total(Term.ref("t"), u),
                    added(Term.ref("acc", Term.ref("t"), Term.ref("u")), Term.ref("i").plus(Term.ref("t")),
                            Term.ref("g"), new Term.Load(TOTALS, total(Term.ref("t"), u), VType.F32X16, null))));
        });
    }

    private static void sums(Body b, Range t, Range u, Term from, Term to) {
        var nothing = b.let("zero", Term.f32(0, LANES));
        var step = RegisterTile.STEP;
        Term weight = new Term.Load(DECODED, Term.ref("db", Term.ref("u")).plus(step.times(LANES)), VType.F32X16, null);
        RegisterTile.accumulate(b, t, u, nothing, from, to, u.end() == 1 ? RegisterTile.alone(weight) : weight,
                new Term.Load("a", Term.ref("ab", Term.ref("t")).plus(step), VType.F32, null));
    }

    /**
     * Whether an epilogue is short enough for a kernel.
     *
     * @param product
     *            what is multiplied
     * @return whether {@link #of} makes kernels that the back end takes
     */
    public static boolean fits(Product product) {
        return product.epilogue.isPlain()
                || VectorOperations.fit(new ScaledKernel(product).waiting().any(true));
    }
}
