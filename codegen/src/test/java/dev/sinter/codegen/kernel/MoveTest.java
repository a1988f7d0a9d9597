package dev.sinter.codegen.kernel;

import static dev.sinter.codegen.Compiled.Tolerance.EXACT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.codegen.Compiled;
import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.Gather;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.View;
import dev.sinter.runtime.ModelException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What moves elements without looking at them. */
class MoveTest {
    private static final List<DType> TYPES = List.of(DType.F32, DType.F32, DType.F64, DType.I64, DType.I32, DType.I16,
            DType.U16, DType.I8, DType.U8, DType.BOOL);

    private static TensorData indices(Random random, DType type, int n, long... dims) {
        var data = TensorData.zeros(type, dims);
        for (int i = 0; i < data.size(); i++) {
            data.set(i, (long) random.nextInt(2 * n) - n);
        }
        return data;
    }

    @Property(tries = 60)
    void gathers(@ForAll long seed) {
        var random = new Random(seed);
        var s = new Samples(seed, random.nextBoolean());
        var type = TYPES.get(random.nextInt(TYPES.size()));
        int rank = 1 + random.nextInt(3);
        int axis = random.nextInt(rank);
        var dims = random.ints(rank, 1, 6).mapToLong(i -> i == 5 ? 16 + random.nextInt(2) * random.nextInt(32) : i)
                .toArray();
        var table = random.nextBoolean() ? s.constant(type, dims) : s.input(type, dims);
        if (random.nextInt(4) == 0) {
            table = s.computed(table);
        }
        var shape = random.ints(random.nextInt(3), 0, 5).asLongStream().toArray();
        var index = indices(random, random.nextBoolean() ? DType.I64 : DType.I32, (int) dims[axis], shape);
        var chosen = random.nextInt(3) == 0 ? s.constant(index) : s.input(index, s.shape(shape));
        s.check(EXACT, s.add(new Gather(axis), table, chosen));
    }

    @ParameterizedTest
    @ValueSource(longs = {5, -6, 1L << 32, Long.MIN_VALUE, Long.MAX_VALUE})
    void indicesOutOfRangeNameTheNodeAndTheIndex(long wrong) {
        var s = new Samples(1, false);
        var table = s.constant(DType.F32, 5, 16);
        var index = TensorData.longs(new long[]{0, wrong}, 2);
        var graph = s.graph(s.add(new Gather(0), table, s.input(index)));
        try (var compiled = Compiled.of(graph)) {
            for (var model : compiled.models()) {
                assertThatThrownBy(() -> Compiled.run(model, s.inputs())).isInstanceOf(ModelException.class)
                        .hasMessageContaining("/tested/node1").hasMessageContaining(Long.toString(wrong));
            }
        }
    }

    @Test
    void anEmptyTableHasNoIndices() {
        var s = new Samples(1, true);
        var table = s.input(DType.F32, 0, 16);
        s.check(EXACT, s.add(new Gather(0), table, s.input(TensorData.longs(new long[0], 0))));
    }

    @Property(tries = 40)
    void concatenates(@ForAll long seed) {
        var random = new Random(seed);
        var s = new Samples(seed, random.nextBoolean());
        var type = TYPES.get(random.nextInt(TYPES.size()));
        int rank = 1 + random.nextInt(3);
        int axis = random.nextInt(rank);
        var dims = random.ints(rank, 1, 20).asLongStream().toArray();
        var parts = new ArrayList<Value>();
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            var own = dims.clone();
            own[axis] = random.nextInt(20);
            parts.add(random.nextInt(3) == 0 ? s.constant(type, own) : s.input(type, own));
        }
        // the graph's rule wants equal sizes elsewhere, symbolic or not
        var constants = parts.stream().anyMatch(Value::isConstant);
        if (constants && parts.stream().anyMatch(p -> !p.isConstant())) {
            parts.removeIf(Value::isConstant);
        }
        s.check(EXACT, s.add(new Concat(axis), parts.toArray(Value[]::new)));
    }

    @Property(tries = 60)
    void permutesLargeTensors(@ForAll long seed) {
        var random = new Random(seed);
        var s = new Samples(seed, random.nextBoolean());
        int rank = 2 + random.nextInt(3);
        var dims = random.ints(rank, 0, 4).mapToLong(i -> switch (i) {
            case 0 -> random.nextInt(4);
            case 1 -> 14 + random.nextInt(5);
            case 2 -> 60 + random.nextInt(10);
            default -> rank > 3 ? 1 : 128 + random.nextInt(4);
        }).toArray();
        var x = random.nextBoolean() ? s.input(DType.F32, dims) : s.computed(s.input(DType.F32, dims));
        var perm = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
        Collections.shuffle(perm, random);
        s.check(EXACT, s.add(new View(new IndexMap.Permute(perm)), x));
    }

    @Property(tries = 60)
    void viewsOfViews(@ForAll long seed) {
        var random = new Random(seed);
        var s = new Samples(seed, random.nextBoolean());
        var type = TYPES.get(random.nextInt(TYPES.size()));
        var x = random.nextInt(5) == 0 ? s.constant(type, 6, 4, 20) : s.input(type, 6, 4, 20);
        var dims = new ArrayList<>(x.shape().dims());
        for (int i = 0; i < 1 + random.nextInt(5); i++) {
            IndexMap map = switch (random.nextInt(4)) {
                case 0 -> {
                    var perm = new ArrayList<>(IntStream.range(0, dims.size()).boxed().toList());
                    Collections.shuffle(perm, random);
                    yield new IndexMap.Permute(perm);
                }
                case 1 -> {
                    int at = random.nextInt(dims.size());
                    var all = new ArrayList<>(dims);
                    if (all.size() > 1 && at + 1 < all.size() && random.nextBoolean()) {
                        all.set(at, all.get(at).times(all.remove(at + 1)));
                    } else {
                        all.add(at, Dim.ONE);
                    }
                    yield new IndexMap.Reshape(new Shape(all));
                }
                case 2 -> {
                    int at = random.nextInt(dims.size());
                    var begins = new ArrayList<Dim>(Collections.nCopies(dims.size(), Dim.ZERO));
                    var steps = new ArrayList<Long>(Collections.nCopies(dims.size(), 1L));
                    begins.set(at, dims.get(at).plus(Dim.of(-1)));
                    steps.set(at, -1L);
                    yield new IndexMap.Slice(begins, steps, dims);
                }
                default -> {
                    var all = new ArrayList<>(dims);
                    all.add(0, Dim.of(2));
                    yield new IndexMap.Expand(new Shape(all));
                }
            };
            x = s.add(new View(map), x);
            dims = new ArrayList<>(x.shape().dims());
        }
        var outputs = s.check(EXACT, x, x);
        assertThat(outputs).hasSize(2);
    }

    @Test
    void slicesOfZeroElements() {
        var s = new Samples(1, false);
        var x = s.input(DType.F32, 4, 20);
        var none = new IndexMap.Slice(List.of(Dim.of(4), Dim.ZERO), List.of(1L, 1L), List.of(Dim.ZERO, Dim.of(20)));
        s.check(EXACT, s.add(new View(none), x));
    }
}
