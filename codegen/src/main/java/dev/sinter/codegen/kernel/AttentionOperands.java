package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of an attention kernel read and write. In the scope of each part are {@code n} and {@code h}, the batch
 * entry and the head.
 *
 * <p>
 * Scratch begins with what has a fixed size: a reciprocal sum for each row of a block, the number of keys that are seen,
 * and a tile of results. Behind it lie keys, values, a row of the mask, and scores, each in a place that the driver
 * names and whose rows are {@code width} apart.
 */
final class AttentionOperands {
    /** Scratch for what has a fixed size. */
    static final int FIXED = 352;
    /** Where the reciprocal sums begin. */
    static final int SUMS = 0;
    /** Where the number of keys is that some query of a block sees. */
    static final int SEEN = 64;
    /** Where a tile of results begins, {@value #TILE_WIDTH} elements a row. */
    static final int TILE = 80;
    /** Keys whose scores lie side by side; those of a block's rows are so far apart, and then come the next keys'. */
    static final int SPAN = 256;
    /** Columns of a tile of results. */
    static final int TILE_WIDTH = 32;

    private final AttentionKernel.Attended given;
    private final Access access = new Access();
    private final Access.Memory q;
    private final Access.Memory k;
    private final Access.Memory v;
    private final Access.@Nullable Memory mask;
    private final Access.Memory out;
    private final Access.Memory scratch;
    private final Access.Memory work;
    private final Access.Memory sums;
    private final Term s;
    private final Term t;
    private final int d;
    private final int e;
    private final List<Term> qs = new ArrayList<>();
    private final List<Term> ks = new ArrayList<>();
    private final List<Term> vs = new ArrayList<>();
    private final List<Term> os = new ArrayList<>();
    private final List<Term> ms = new ArrayList<>();

    AttentionOperands(AttentionKernel.Attended given) {
        this.given = given;
        this.q = access.memory("q", given.q());
        this.k = access.memory("k", given.k());
        this.v = access.memory("v", given.v());
        this.out = access.memory("o", given.out());
        this.mask = given.mask() == null ? null : access.memory("m", given.mask());
        this.scratch = access.memory("z",
                ScalarSums.flat(given.scratch(), DType.F32));
        this.work = access.memory(ScalarSums.MEMORY.name(), ScalarSums.flat(given.work(), DType.F32));
        this.sums = access.memory(ScalarSums.TOTALS.name(), ScalarSums.flat(given.sums(), DType.F32));
        this.d = Math.toIntExact(given.q().dims().get(3).value());
        this.e = Math.toIntExact(given.v().dims().get(3).value());
        this.s = access.size("S", given.q().dims().get(2));
        this.t = access.size("T", given.k().dims().get(2));
        for (int i = 0; i < 3; i++) {
            qs.add(access.size("qs" + i, given.q().strides().get(i)));
            ks.add(access.size("ks" + i, given.k().strides().get(i)));
            vs.add(access.size("vs" + i, given.v().strides().get(i)));
            os.add(access.size("os" + i, given.out().strides().get(i)));
            if (given.mask() != null) {
                ms.add(access.size("ms" + i, given.mask().strides().get(i)));
            }
        }
    }

    /** All that the programs depend on. */
    private record Shape(Access.Shape access, int d, int e, int heads, float scale, @Nullable Dim maskColumns) {
    }

    Object shape() {
        var columns = given.mask() == null ? null : given.mask().strides().getLast();
        return new Shape(access.shape(), d, e, given.heads(), given.scale(), columns);
    }

    Access access() {
        return access;
    }

    String name(String part) {
        return "attention.f32.d" + d + (e == d ? "" : "e" + e) + (mask == null ? "" : ".mask") + part;
    }

    int heads() {
        return given.heads();
    }

    /**
     * A score: the dot product scaled, and what its mask adds. That is rounded twice, as the definition has it, since a
     * mask may be much greater than what it is added to; without a mask zero is added, or minus infinity.
     */
    Term score(Term product, Term added, int lanes) {
        var scale = Term.f32(given.scale(), lanes);
        return mask == null ? Term.of(Prim.FMA, product, scale, added)
                : Term.of(Prim.ADD, Term.of(Prim.MUL, product, scale), added);
    }

    /** Number of queries. */
    Term s() {
        return s;
    }

    /** Number of keys. */
    Term t() {
        return t;
    }

    /** Columns of queries and keys. */
    int d() {
        return d;
    }

    /** Columns of values and results. */
    int e() {
        return e;
    }

    /** Elements from one packed query to the next. */
    int depth() {
        return whole(d, VType.LANES);
    }

    /** A size rounded up. */
    static int whole(int size, int step) {
        return (size + step - 1) / step * step;
    }

    /** A size rounded up to whole vectors. */
    static Term whole(Term size) {
        return Term.of(Prim.AND, size.plus(VType.LANES - 1), Term.i32(-VType.LANES));
    }

    Access.@Nullable Memory mask() {
        return mask;
    }

    /** Whether queries of a head differ in the keys they see. */
    boolean masksRows() {
        return given.mask() != null && !given.mask().strides().get(2).equals(Dim.ZERO);
    }

    /** Whether a mask has one number for all keys of a query. */
    boolean masksAllKeys() {
        return given.mask() != null && given.mask().strides().getLast().equals(Dim.ZERO);
    }

    private static Term at(Access.Memory memory, List<Term> strides, Term row) {
        return memory.at(strides.get(0).times(Term.ref("n")).plus(strides.get(1).times(Term.ref("h")))
                .plus(strides.get(2).times(row)));
    }

    /** Where a query begins. */
    Term query(Term row) {
        return at(q, qs, row);
    }

    /** Where a key begins. */
    Term key(Term row) {
        return at(k, ks, row);
    }

    /** Where a value begins. */
    Term value(Term row) {
        return at(v, vs, row);
    }

    /** Where a result begins. */
    Term result(Term row) {
        return at(out, os, row);
    }

    /** Where a query's mask begins. */
    Term masking(Term row) {
        return at(java.util.Objects.requireNonNull(mask), ms, row);
    }

    /** A load from an operand some way behind a place. */
    private static Term load(Access.Memory memory, Term place, Term distance, VType type, @Nullable Term lanes) {
        return new Term.Load(memory.buffer().name(),
                place.plus(memory.buffer().isWeight() ? distance.wide() : distance), type, lanes);
    }

    /** Lanes of a query; what is loaded for those beyond the mask is never looked at. */
    Term loadQuery(Term place, Term distance, @Nullable Term lanes) {
        return load(q, place, distance, VType.F32X16, q.needed(lanes));
    }

    /** Lanes of a query, zeros beyond the mask. */
    Term loadQueryOnly(Term place, Term distance, @Nullable Term lanes) {
        return load(q, place, distance, VType.F32X16, lanes);
    }

    Term loadKey(Term place, Term distance, VType type, @Nullable Term lanes) {
        return load(k, place, distance, type, lanes);
    }

    /** Lanes of a value; what is loaded for those beyond the mask is never looked at. */
    Term loadValue(Term place, Term distance, @Nullable Term lanes) {
        return load(v, place, distance, VType.F32X16, v.needed(lanes));
    }

    /** One element of a value. */
    Term loadOneValue(Term place, Term distance) {
        return load(v, place, distance, VType.F32, null);
    }

    Term loadMask(Term place, Term distance, VType type, @Nullable Term lanes) {
        return load(java.util.Objects.requireNonNull(mask), place, distance, type, lanes);
    }

    /** Scratch memory's first element. */
    Term scratch() {
        return scratch.base();
    }

    /** The first of the sums that the scalar form keeps. */
    Term sums() {
        return sums.base();
    }

    /** The memory that the scalar form works in. */
    Term work() {
        return work.base();
    }

    Term scratch(int place) {
        return scratch.base().plus(place);
    }

    /** A load from scratch. */
    static Term load(Term place, VType type) {
        return new Term.Load("z", place, type, null);
    }

    /** The query of a tile's row: behind the last one it is the last one again. */
    Term clamped(Term row) {
        return Term.of(Prim.MIN, row, s.plus(-1));
    }

    /** A part, which has the batch entry and head in scope besides its own parameters. */
    Kernel part(String name, List<String> own, List<Stmt> body) {
        var all = new ArrayList<>(List.of("n", "h", "width"));
        all.addAll(own);
        return access.part(name(name), all, body);
    }

    Stmt.Call call(Kernel part, Term... own) {
        var all = new ArrayList<>(List.of(Term.ref("n"), Term.ref("h"), Term.ref("width")));
        all.addAll(List.of(own));
        return access.call(part, all);
    }
}
