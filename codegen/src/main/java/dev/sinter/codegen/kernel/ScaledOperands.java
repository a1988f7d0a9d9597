package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt.Range;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.runtime.Form;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The operands of a {@link ScaledKernel} in the kernels of its parts, which know neither sizes nor epilogue, so that the
 * layers of a model share them.
 */
final class ScaledOperands {
    /** Memory where decoded weights lie. */
    static final String DECODED = "d";
    /** Memory where the totals of a tile lie. */
    static final String TOTALS = "s";

    private static final int LANES = VType.LANES;
    private static final String VALUES = "v";
    private static final String HIGH = "high";
    /** Where in a panel's values all are there once, one behind the other. */
    private static final int FIRST = LANES / 2;
    /** Where the second half of them begins, which is there twice. */
    private static final int SECOND = LANES;

    private final ScaledKernel.Weights weights;
    private final Access access = new Access();
    final Access.Memory a;
    final Access.Memory w;
    private final Access.@Nullable Memory scale;
    private final Access.@Nullable Memory values;
    private final Access.@Nullable Memory zero;
    private final Access.@Nullable Memory factors;
    final Access.Memory c;
    final Access.Memory decoded;
    final Access.Memory totals;
    final Term lda;
    final Term ldc;
    final Term k;
    private final Term block;
    private final Term words;
    private final Term n;

    ScaledOperands(ScaledKernel.Product product) {
        this.weights = product.weights();
        this.a = access.memory("a", product.a());
        this.w = access.memory("w", weights.words());
        this.scale = weights.scales() == null ? null : access.memory("q", weights.scales());
        this.values = weights.values() == null ? null : access.memory(VALUES, weights.values());
        this.zero = weights.zeros() == null ? null : access.memory("z", weights.zeros());
        this.factors = product.factors() == null ? null : access.memory("f", product.factors());
        this.c = access.memory("c", product.c());
        this.decoded = access.memory(DECODED, ScalarSums.flat(product.decoded(), DType.F32));
        this.totals = access.memory(TOTALS, ScalarSums.flat(product.totals(), DType.F32));
        this.lda = access.parameter("lda", product.a().strides().getFirst());
        this.ldc = access.parameter("ldc", product.c().strides().getFirst());
        this.k = access.parameter("K", Dim.of(weights.k()));
        this.block = access.parameter("block", Dim.of(weights.block()));
        this.words = access.parameter("words", Dim.of(weights.form().words(weights.k(), weights.block())));
        this.n = access.parameter("N", Dim.of(weights.n()));
    }

    Access access() {
        return access;
    }

    /** Whether columns have several blocks. */
    boolean isMany() {
        return weights.blocks() > 1;
    }

    /** Whether blocks end within a step. */
    boolean isOdd() {
        return weights.isOdd();
    }

    int step() {
        return weights.step();
    }

    LowBits form() {
        return weights.form();
    }

    /** Whether weights are decoded in registers; where the form has vectors too short to find one of sixteen values, it is lane by lane. */
    boolean inRegisters(Form form) {
        return values == null || form == Form.V512 || form == Form.V256;
    }

    /** What the kernels of parts are called. */
    String name() {
        return (values == null ? "scaled.i" : "values.i") + weights.form().bits() + (zero == null ? "" : "z")
                + (factors == null ? "" : "r")
                + (isMany() ? "b" : "") + (isOdd() ? "o" : "");
    }

    /** The kernel with the most fields a step that stays short. */
    Kernel shortest(Form form, IntFunction<Kernel> byStep) {
        for (int step = form == Form.SCALAR ? 1 : step(); step > 1; step /= 2) {
            var kernel = byStep.apply(step);
            if (VectorOperations.of(kernel, form) <= VectorOperations.LIMIT) {
                return kernel;
            }
        }
        return byStep.apply(1);
    }

    /** Names the lanes of panels that are columns, and gives one panel's; null where all are. */
    @Nullable
    Term lanes(Body b, Range u, Term column, boolean masked) {
        if (!masked) {
            return null;
        }
        b.letAll("lanes", List.of(u), new Term.Lanes(column, n, LANES));
        return Term.ref("lanes", Term.ref("u"));
    }

    /** The k from which on a block has less than a step. */
    static Term main(Body b, Extent extent, int step) {
        return b.let("main", extent.begin.plus(
                Term.of(Prim.AND, extent.end.minus(extent.begin), Term.i32(-step))));
    }

    /** Number of a column's blocks. */
    Term blocks() {
        return Term.of(Prim.DIV, k.plus(block).plus(-1), block);
    }

    /** Where each panel's words, scales and zero points begin, and the constants of decoding. */
    void begin(Body b, Form form, Range u, Term panel, int step) {
        scales(b, u, panel);
        b.letAll("wb", List.of(u), w.at(panel.times(words).times(LANES)));
        if (zero != null) {
            b.letAll("zb", List.of(u), zero.at(panel.times(isMany() ? Term.ref("blocks") : Term.i32(1)).times(LANES)));
        }
        if (values == null) {
            weights.form().constants(b, step);
        } else {
            boolean whole = form == Form.V512;
            valuesOf(b, "low", u, panel, whole ? FIRST : 0);
            if (!whole) {
                valuesOf(b, HIGH, u, panel, SECOND);
            }
        }
    }

    /** Where each panel's scales begin. */
    void scales(Body b, Range u, Term panel) {
        if (scale != null) {
            var blocks = isMany() ? b.let("blocks", blocks()) : Term.i32(1);
            b.letAll("qb", List.of(u), scale.at(panel.times(blocks).times(LANES)));
        }
    }

    /** Where a panel's values are. */
    private Term valuesOf(Term panel) {
        return values.at(panel.times(ScaledKernel.VALUES));
    }

    /** Names sixteen values of each panel, by their place. */
    private void valuesOf(Body b, String name, Range u, Term panel, int place) {
        var at = valuesOf(panel).plus(Term.i64(place));
        b.letAll(name, List.of(u), new Term.Bits(new Term.Load(VALUES, at, VType.F32X16, null), Elem.I32));
    }

    /** Names where a panel's words and values are. */
    void begin(Body b, Term panel) {
        b.let("wb", w.at(panel.times(words).times(LANES)));
        b.let("vb", valuesOf(panel).plus(Term.i64(FIRST)));
    }

    /** One weight, looked up, of a panel that has begun. */
    Term value(Term k, Term lane) {
        var number = weights.form().number(w, Term.ref("wb"), k, lane);
        return new Term.Load(VALUES, Term.ref("vb").plus(number.wide()), VType.F32, null);
    }

    /** Where the elements of a block begin and end, and what is to be added to them for their places among the fields. */
    record Extent(Term begin, Term end, Term gap) {
    }

    Extent extent(Body b, Term g) {
        if (!isMany()) {
            return new Extent(Term.i32(0), k, Term.i32(0));
        }
        var begin = b.let("begin", g.times(block));
        var end = b.let("end", Term.of(Prim.MIN, begin.plus(block), k));
        boolean apart = weights.block() % LowBits.STEP != 0;
        int step = LowBits.STEP;
        var distance = Term.of(Prim.AND, block.plus(step - 1), Term.i32(-step));
        return new Extent(begin, end, apart ? b.let("gap", g.times(distance.minus(block))) : Term.i32(0));
    }

    /** Names the zero points of a block, if there are any. */
    void zeros(Body b, Range u, Term g) {
        if (zero != null) {
            b.letAll("zp", List.of(u), new Term.Load("z", at("zb", g), VType.F32X16, null));
        }
    }

    private static Term at(String base, Term g) {
        return Term.ref(base, Term.ref("u")).plus(g.wide().times(Term.i64(LANES)));
    }

    /** Names the scales of a block. */
    void scalesOf(Body b, Range u, Term g) {
        if (scale != null) {
            b.letAll("scale", List.of(u), new Term.Load("q", at("qb", g), VType.F32X16, null));
        }
    }

    /** A total with a block's sum. */
    Term added(Term sum, Term row, Term g, Term total) {
        if (scale == null) {
            return sum;
        }
        Term scale = Term.ref("scale", Term.ref("u"));
        if (factors != null) {
            var at = factors.at(isMany() ? row.times(Term.ref("blocks")).plus(g) : row);
            scale = new Term.Load("f", at, VType.F32, null).splat().times(scale);
        }
        return Term.of(Prim.FMA, sum, scale, total);
    }

    /** A field of the words as f32, without its zero point. */
    Term field(Form form, int f) {
        if (values != null) {
            var u = Term.ref("u");
            return new Term.Bits(weights.form().picked(f, u, Term.ref("low", u),
                    Term.ref(form == Form.V512 ? "low" : HIGH, u)), Elem.F32);
        }
        return weights.form().field(f, Term.ref("u"), zero == null ? null : Term.ref("zp", Term.ref("u")));
    }
}
