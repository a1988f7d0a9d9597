package dev.sinter.codegen.kernel;

import static dev.sinter.codegen.Compiled.Tolerance.EXACT;
import static dev.sinter.codegen.Compiled.Tolerance.ROUNDING;
import static dev.sinter.ir.Formula.add;
import static dev.sinter.ir.Formula.axis;
import static dev.sinter.ir.Formula.div;
import static dev.sinter.ir.Formula.literal;
import static dev.sinter.ir.Formula.lt;
import static dev.sinter.ir.Formula.mod;
import static dev.sinter.ir.Formula.mul;
import static dev.sinter.ir.Formula.number;
import static dev.sinter.ir.Formula.select;
import static dev.sinter.ir.Formula.size;
import static dev.sinter.ir.Formula.sub;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.codegen.Compiled;
import dev.sinter.codegen.Samples;
import dev.sinter.codegen.loop.KernelParser;
import dev.sinter.codegen.loop.KernelPrinter;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.codegen.plan.Place;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Compute;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.View;
import dev.sinter.runtime.Form;
import dev.sinter.runtime.ModelException;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ComputeKernelTest {
    /** A window of 3 with padding 1 along the last axis, its largest element and its sum. */
    @ParameterizedTest
    @CsvSource({"2,3,17,true", "1,1,0,true", "0,2,5,true", "3,1,1,false", "1,33,64,false", "4,2,100,true"})
    void windows(long n, long c, long width, boolean symbolic) {
        var s = new Samples(7, symbolic);
        var x = s.input(DType.F32, n, c, width);
        var f = new Formula();
        var in = f.operand(0, DType.F32);
        var low = literal(Double.NEGATIVE_INFINITY, DType.F32);
        var largest = f.largest(number(3), low,
                k -> in.or(low, List.of(axis(0), axis(1), sub(add(axis(2), k), number(1)))));
        var sum = f.sum(number(3), k -> in.or(literal(0, DType.F32),
                List.of(axis(0), axis(1), sub(add(mul(axis(2), number(2)), k), number(1)))));
        s.check(EXACT, s.add(new Compute(s.shape(n, c, width), largest), x),
                s.add(new Compute(s.shape(n, c, width), sum), x));
    }

    /** Two nested loops whose bounds are sizes, over operands that are views. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sumsOverViews(boolean symbolic) {
        var s = new Samples(3, symbolic);
        var a = s.add(new View(new IndexMap.Permute(List.of(1, 0))), s.input(DType.F64, 5, 7));
        var b = s.add(new View(new IndexMap.Expand(new Shape(List.of(Dim.of(4), s.dim(5))))), s.input(DType.F64, 1, 5));
        var f = new Formula();
        var product = f.nest(List.of(size(s.dim(7)), size(s.dim(5))), literal(0, DType.F64), (k, sofar) -> add(sofar,
                mul(f.operand(0, DType.F64).at(k.get(0), k.get(1)), f.operand(1, DType.F64).at(axis(0), k.get(1)))));
        s.check(EXACT, s.add(new Compute(Shape.of(4, 3), add(product, Expr.cast(axis(1), DType.F64))), a, b));
    }

    /** Several carried values change at once: Fibonacci numbers, and the place of the largest element. */
    @Test
    void carriesSeveral() {
        var s = new Samples(3, true);
        var x = s.input(DType.F32, 6, 9);
        var f = new Formula();
        var fibonacci = f.loop(axis(0), List.of(number(0), number(1)), (k, c) -> List.of(c.get(1),
                add(c.get(0), c.get(1))), c -> c.getFirst());
        var g = new Formula();
        var in = g.operand(0, DType.F32);
        var place = g.loop(size(s.dim(9)), List.of(literal(-1e9, DType.F32), number(-1)), (k, c) -> List.of(
                Formula.max(c.get(0), in.at(axis(0), k)),
                select(lt(c.get(0), in.at(axis(0), k)), k, c.get(1))), c -> c.get(1));
        s.check(EXACT, s.add(new Compute(Shape.of(80), fibonacci)), s.add(new Compute(s.shape(6), place), x));
    }

    @Test
    void negativeCountsHaveNoRounds() {
        var s = new Samples(3, true);
        var x = s.input(TensorData.of(DType.I64, new long[]{-5, 0, 2, 1, Long.MIN_VALUE}, 5));
        var f = new Formula();
        var sum = f.sum(f.operand(0, DType.I64).at(axis(0)), k -> add(k, number(10)));
        s.check(EXACT, s.add(new Compute(Shape.of(5), sum), x));
    }

    /** An arm that is not chosen may read outside, divide by zero, or loop for long. */
    @Test
    void armsNotChosenAreNotComputed() {
        var s = new Samples(3, false);
        var x = s.input(DType.F32, 4);
        var n = s.input(TensorData.of(DType.I64, new long[]{0, 1, 0, 2, 3, 0, 7, 1}, 8));
        var f = new Formula();
        var in = f.operand(0, DType.F32);
        var count = f.operand(1, DType.I64);
        var read = select(lt(axis(0), number(4)), in.at(axis(0)), literal(9, DType.F32));
        var looped = select(lt(axis(0), number(4)), f.sum(number(3), k -> in.at(Formula.min(add(axis(0), k),
                number(3)))), select(lt(axis(0), number(6)), f.sum(number(2), k -> in.at(k)), literal(-1, DType.F32)));
        var quotient = select(Formula.eq(count.at(axis(0)), number(0)), number(-1), div(number(100),
                count.at(axis(0))));
        var remainder = select(Formula.eq(count.at(axis(0)), number(0)), number(-1), mod(number(100),
                count.at(axis(0))));
        s.check(EXACT, s.add(new Compute(Shape.of(8), read), x, n), s.add(new Compute(Shape.of(8), looped), x, n),
                s.add(new Compute(Shape.of(8), quotient), x, n), s.add(new Compute(Shape.of(8), remainder), x, n));
    }

    /** An index from data: within, or an error that names the node, the axis and the index. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void indicesAreChecked(boolean symbolic) {
        for (long bad : new long[]{-1, 5, Long.MAX_VALUE, 1L << 32}) {
            var s = new Samples(3, symbolic);
            var x = s.input(DType.I32, 5, 3);
            var i = s.input(TensorData.of(DType.I64, new long[]{4, 0, 2}, 3), s.shape(3));
            var f = new Formula();
            var y = s.add(new Compute(s.shape(3, 3), f.operand(0, DType.I32).at(f.operand(1, DType.I64).at(axis(0)),
                    axis(1))), x, i);
            try (var compiled = Compiled.of(s.graph(y))) {
                compiled.check(s.inputs(), EXACT);
                s.inputs().put("x1", TensorData.of(DType.I64, new long[]{4, 0, bad}, 3));
                for (var model : compiled.models()) {
                    assertThatThrownBy(() -> Compiled.run(model, s.inputs())).isInstanceOf(ModelException.class)
                            .hasMessageContaining("compute '/tested/node0'").hasMessageContaining("axis 0")
                            .hasMessageContaining("got " + bad);
                }
            }
        }
    }

    /** No elements, so no index is read, let alone checked. */
    @Test
    void whatHasNoElementsFailsNever() {
        var s = new Samples(3, true);
        var x = s.input(DType.I32, 5, 0);
        var i = s.input(TensorData.of(DType.I64, new long[]{77, 0, 2}, 3), s.shape(3));
        var f = new Formula();
        var y = s.add(new Compute(s.shape(3, 0), f.operand(0, DType.I32).at(f.operand(1, DType.I64).at(axis(0)),
                axis(1))), x, i);
        assertThat(s.check(EXACT, y).get("y0").size()).isZero();
    }

    /** What an index outside stands for may itself read and loop. */
    @Test
    void otherwiseMayRead() {
        var s = new Samples(3, true);
        var x = s.input(DType.F32, 5, 3);
        var z = s.input(DType.F32, 9);
        var f = new Formula();
        var in = f.operand(0, DType.F32);
        var other = f.operand(1, DType.F32);
        var value = in.or(other.or(f.sum(number(4), k -> other.at(k)), List.of(mul(axis(0), number(2)))),
                List.of(sub(axis(0), number(1)), axis(1)));
        s.check(EXACT, s.add(new Compute(Shape.of(8, 4), value), x, z));
    }

    /** Indices beyond 32 bits on the way are computed in 64. */
    @Test
    void wideIndices() {
        var s = new Samples(3, true);
        var x = s.input(DType.I64, 6);
        var f = new Formula();
        var far = mul(mul(axis(0), number(1L << 31)), number(4));
        var value = f.operand(0, DType.I64).or(number(-7), List.of(div(add(far, number(3)), number(1L << 33))));
        s.check(EXACT, s.add(new Compute(Shape.of(9), value), x), s.add(new Compute(Shape.of(9), far)));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = {"STRING", "C64", "C128"})
    void readsEveryType(DType dtype) {
        var s = new Samples(3, true);
        var x = s.input(s.wild(dtype, 5, 4), s.shape(5, 4));
        var w = s.constant(dtype, 4, 5);
        var f = new Formula();
        var chosen = select(lt(axis(0), number(2)), f.operand(0, dtype).at(axis(1), axis(0)),
                f.operand(1, dtype).or(Expr.literal(1, dtype), List.of(axis(0), sub(axis(1), number(1)))));
        s.check(EXACT, s.add(new Compute(Shape.of(4, 5), chosen), x, w));
    }

    @Test
    void readsStrings() {
        var s = new Samples(3, true);
        var x = s.input(TensorData.of(DType.STRING, new String[]{"a", "bc", "", "d"}, 2, 2), s.shape(2, 2));
        var other = s.input(TensorData.of(DType.STRING, new String[]{"none"}));
        var f = new Formula();
        var value = f.operand(0, DType.STRING).or(f.operand(1, DType.STRING).at(),
                List.of(sub(axis(1), number(1)), axis(0)));
        var got = s.check(EXACT, s.add(new Compute(Shape.of(3, 4), value), x, other)).get("y0");
        assertThat((String[]) got.array()).containsExactly("none", "a", "", "none", "none", "bc", "d", "none", "none",
                "none", "none", "none");
    }

    /** Kernels with branches and loops read back from their text. */
    @Property(tries = 30)
    void textReadsBack(@ForAll long seed) {
        var s = new Samples(seed, true);
        var x = s.input(DType.F32, 3, 4);
        var i = s.input(DType.I64, 6);
        var expr = new RandomFormula(s.random()).value(DType.F32, 5);
        var call = ComputeKernel.of(expr,
                List.of(operand(0, x), operand(1, i)), new Operand(new Place.Io(2), DType.F32, Dim.ZERO,
                        List.of(Dim.of(5), Dim.of(7)), List.of(Dim.of(7), Dim.ONE)),
                "compute");
        var kernel = call.kernels().get(Form.SCALAR);
        assertThat(KernelParser.parse(KernelPrinter.print(kernel))).isEqualTo(kernel);
    }

    private static Operand operand(int port, Value value) {
        return Operand.rowMajor(new Place.Io(port), value.dtype(), value.shape());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void ranksAndOnes(long rank) {
        var s = new Samples(3, rank % 2 == 0);
        var dims = new long[(int) rank];
        var index = new Expr[(int) rank];
        Expr sum = number(0);
        for (int i = 0; i < rank; i++) {
            dims[i] = i % 3 == 0 ? 1 : i + 1;
            index[i] = axis(i);
            sum = add(mul(sum, number(10)), axis(i));
        }
        var x = s.input(DType.I64, dims);
        var f = new Formula();
        s.check(EXACT, s.add(new Compute(s.shape(dims), add(sum, f.operand(0, DType.I64).at(index))), x));
    }

    @Property(tries = 150)
    void randomExpressions(@ForAll long seed, @ForAll @IntRange(min = 0, max = 9) int size) {
        randomExpression(seed, size);
    }

    /** An index that surely exists in every lane needs no proof, and so has none to be forgotten. */
    @Test
    void indicesWithoutProof() {
        randomExpression(-728, 7);
    }

    /** What a branch proves of an index that no loop changes, it proves for itself: the read stays in it. */
    @Test
    void readsStayWhereTheyAreProven() {
        var s = new Samples(3, true);
        var x = s.input(DType.F32, 3, 4);
        var f = new Formula();
        var outside = f.operand(0, DType.F32).or(literal(-3, DType.F32), List.of(number(3), number(3)));
        s.check(EXACT, s.add(new Compute(Shape.of(2, 40), add(outside, Expr.cast(axis(1), DType.F32))), x));
        randomExpression(1474, 9);
    }

    private static void randomExpression(long seed, int size) {
        var s = new Samples(seed, seed % 2 == 0);
        var random = s.random();
        long a = size;
        long b = 1 + random.nextInt(20);
        var x = s.input(DType.F32, 3, 4);
        var i = s.input(DType.I64, 6);
        var z = s.input(DType.I8, a, b);
        var expr = new RandomFormula(random).value(DType.F32, 4);
        s.check(ROUNDING, s.add(new Compute(s.shape(a, b), expr), x, i, z));
    }

    /** An expression too long for a method is computed in parts. */
    @Test
    void longExpressions() {
        var s = new Samples(3, true);
        var x = s.input(DType.F32, 6, 7);
        var f = new Formula();
        Expr sum = literal(0, DType.F32);
        for (int i = 0; i < 300; i++) {
            var at = mod(add(mul(axis(0), number(i)), axis(1)), number(i + 1));
            sum = add(sum, f.operand(0, DType.F32).or(literal(i, DType.F32), List.of(at, axis(1))));
        }
        s.check(EXACT, s.add(new Compute(s.shape(6, 7), sum), x));
    }

    /** Sizes become numbers when the model is bound. */
    @Test
    void sizesAreValues() {
        var s = new Samples(3, true);
        var x = s.input(DType.F32, 6, 7);
        Dim product = s.dim(6).times(s.dim(7));
        var value = add(size(product), Expr.apply(Fn.MAX, sub(size(s.dim(6)), number(9)), number(-4)));
        Value[] all = {s.add(new Compute(s.shape(6), value), x)};
        assertThat(s.check(EXACT, all).get("y0").getLong(0)).isEqualTo(39);
    }

    /** Pools and padding with channels in front and behind: windows that reach out of the tensor on any side. */
    @Property(tries = 60)
    void windowsOfEitherLayout(@ForAll long seed) {
        var random = new java.util.Random(seed);
        var s = new Samples(seed, random.nextBoolean());
        var type = random.nextInt(4) == 0 ? DType.I32 : DType.F32;
        boolean last = random.nextInt(3) > 0;
        long channels = random.nextInt(4) == 0 ? random.nextInt(3) : random.nextInt(50);
        long[] in = {1 + random.nextInt(9), 1 + random.nextInt(40)};
        int[] step = {1 + random.nextInt(2), last ? 1 + random.nextInt(2) : 1};
        int[] apart = {1 + random.nextInt(2), 1 + random.nextInt(2)};
        int[] pad = {random.nextInt(3), random.nextInt(3)};
        long[] window = {1 + random.nextInt(4), 1 + random.nextInt(4)};
        boolean same = random.nextBoolean();
        long[] out = {same ? in[0] : 1 + random.nextInt(8), same ? in[1] : 1 + random.nextInt(40)};
        var x = last ? s.input(type, 2, in[0], in[1], channels) : s.input(type, 2, channels, in[0], in[1]);
        var high = same ? s.dim(out[0]) : Dim.of(out[0]);
        var wide = same ? s.dim(out[1]) : Dim.of(out[1]);
        var shape = new Shape(last ? List.of(Dim.of(2), high, wide, s.dim(channels))
                : List.of(Dim.of(2), s.dim(channels), high, wide));
        int first = last ? 1 : 2;
        var f = new Formula();
        var source = f.operand(0, type);
        java.util.function.Function<List<Expr>, List<Expr>> at = k -> {
            var taps = new java.util.ArrayList<Expr>();
            for (int i = 0; i < 2; i++) {
                taps.add(add(sub(mul(axis(first + i), number(step[i])), number(pad[i])),
                        mul(k.get(i), number(apart[i]))));
            }
            return last ? List.of(axis(0), taps.get(0), taps.get(1), axis(3))
                    : List.of(axis(0), axis(1), taps.get(0), taps.get(1));
        };
        var least = type.isFloat() ? literal(Double.NEGATIVE_INFINITY, type) : Expr.integer(type.minInteger(), type);
        var zero = literal(0, type);
        var counts = List.of(number(window[0]), number(window[1]));
        var largest = f.nest(counts, least, (k, best) -> Formula.max(best, source.or(least, at.apply(k))));
        var sum = f.nest(counts, zero, (k, all) -> add(all, source.or(zero, at.apply(k))));
        var less = f.nest(counts, literal(-0.0, type), (k, all) -> add(all, mul(source.or(zero, at.apply(k)),
                literal(-1, type))));
        var padded = source.or(literal(7, type), at.apply(List.of(number(0), number(0))));
        s.check(EXACT, s.add(new Compute(shape, largest), x), s.add(new Compute(shape, sum), x),
                s.add(new Compute(shape, less), x), s.add(new Compute(shape, padded), x));
    }

    /** With channels behind, pools run in lanes, and in short windows within the tensor no element is tested. */
    @Test
    void poolsRunInLanes() {
        var f = new Formula();
        var low = literal(Double.NEGATIVE_INFINITY, DType.F32);
        var pool = f.nest(List.of(number(3), number(3)), low, (k, best) -> Formula.max(best,
                f.operand(0, DType.F32).or(low, List.of(axis(0), sub(add(axis(1), k.get(0)), number(1)),
                        sub(add(axis(2), k.get(1)), number(1)), axis(3)))));
        var dims = List.of(Dim.of(1), Dim.sym("H"), Dim.sym("W"), Dim.of(24));
        var x = Operand.rowMajor(new Place.Io(0), DType.F32, new Shape(dims));
        var y = Operand.rowMajor(new Place.Io(1), DType.F32, new Shape(dims));
        var kernel = ComputeKernel.of(pool, List.of(x), y, "").kernels().get(Form.V512);
        var text = KernelPrinter.print(kernel);
        assertThat(text.split("load f32x16", -1)).hasSize(1 + 9 + 1);
        assertThat(text).doesNotContain("load f32 ");
    }
}
