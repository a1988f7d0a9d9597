package dev.sinter.ir.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ViewsTest {
    static TensorData counting(long... dims) {
        var data = TensorData.zeros(DType.I32, dims);
        for (int i = 0; i < data.size(); i++) {
            data.set(i, (long) i);
        }
        return data;
    }

    private static TensorData view(IndexMap map, TensorData in) {
        return new View(map).evaluate(List.of(in)).getFirst();
    }

    private static TensorData slice(TensorData in, List<Integer> begins, List<Long> steps, List<Integer> sizes) {
        return view(
                new IndexMap.Slice(begins.stream().map(Dim::of).toList(), steps, sizes.stream().map(Dim::of).toList()),
                in);
    }

    /** The element at coordinates, found without strides. */
    private static long at(TensorData data, long... index) {
        long position = 0;
        var dims = data.dims();
        for (int axis = 0; axis < dims.length; axis++) {
            position = position * dims[axis] + index[axis];
        }
        return data.getLong((int) position);
    }

    private static void forEachIndex(TensorData data, Consumer<long[]> action) {
        var dims = data.dims();
        for (int i = 0; i < data.size(); i++) {
            var index = new long[dims.length];
            long rest = i;
            for (int axis = dims.length - 1; axis >= 0; axis--) {
                index[axis] = rest % dims[axis];
                rest /= dims[axis];
            }
            action.accept(index);
        }
    }

    private static long[] randomDims(Random random) {
        return IntStream.range(0, random.nextInt(5)).mapToLong(i -> random.nextInt(8) == 0 ? 0 : random.nextInt(1, 5))
                .toArray();
    }

    @Property(tries = 300)
    void permuteMovesEveryElement(@ForAll long seed) {
        var random = new Random(seed);
        var in = counting(randomDims(random));
        var perm = new ArrayList<>(IntStream.range(0, in.dims().length).boxed().toList());
        Collections.shuffle(perm, random);
        var out = view(new IndexMap.Permute(perm), in);
        assertThat(out.size()).isEqualTo(in.size());
        forEachIndex(out, index -> {
            var source = new long[index.length];
            for (int axis = 0; axis < index.length; axis++) {
                source[perm.get(axis)] = index[axis];
            }
            assertThat(at(out, index)).isEqualTo(at(in, source));
        });
    }

    @Property(tries = 300)
    void sliceWalksBothWays(@ForAll long seed) {
        var random = new Random(seed);
        var in = counting(randomDims(random));
        var begins = new ArrayList<Integer>();
        var steps = new ArrayList<Long>();
        var sizes = new ArrayList<Integer>();
        for (var dim : in.dims()) {
            int begin = dim == 0 ? 0 : random.nextInt((int) dim);
            int step = random.nextInt(1, 4) * (random.nextBoolean() ? 1 : -1);
            int most = dim == 0 ? 0 : step > 0 ? ((int) dim - 1 - begin) / step + 1 : begin / -step + 1;
            begins.add(begin);
            steps.add((long) step);
            sizes.add(random.nextInt(most + 1));
        }
        var out = slice(in, begins, steps, sizes);
        forEachIndex(out, index -> {
            var source = index.clone();
            for (int axis = 0; axis < index.length; axis++) {
                source[axis] = begins.get(axis) + index[axis] * steps.get(axis);
            }
            assertThat(at(out, index)).isEqualTo(at(in, source));
        });
    }

    @Test
    void sliceBeyondTheEndIsAnError() {
        assertThatThrownBy(() -> slice(counting(4), List.of(2), List.of(1L), List.of(3)))
                .isInstanceOf(IrException.class)
                .hasMessageContainingAll("2 to 4", "axis 0");
        assertThatThrownBy(() -> slice(counting(4), List.of(1), List.of(-1L), List.of(3)))
                .isInstanceOf(IrException.class);
        assertThat(slice(counting(4), List.of(3), List.of(-1L), List.of(4)).array()).isEqualTo(new int[]{3, 2, 1, 0});
    }

    @Test
    void expandRepeats() {
        var expand = new IndexMap.Expand(Shape.of(2, 2, 3));
        assertThat(view(expand, counting(2, 1)).array()).isEqualTo(new int[]{0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1});
        assertThat(view(new IndexMap.Expand(Shape.of(0, 2)), counting(1, 2)).dims()).containsExactly(0, 2);
        assertThatThrownBy(() -> view(expand, counting(2, 2))).isInstanceOf(IrException.class);
    }

    @Test
    void anyTypeMoves() {
        var texts = TensorData.of(DType.STRING, new String[]{"a", "b", "c", "d"}, 2, 2);
        assertThat(view(new IndexMap.Permute(List.of(1, 0)), texts).array())
                .isEqualTo(new String[]{"a", "c", "b", "d"});
        var complex = TensorData.of(DType.C64, new float[]{1, 2, 3, 4}, 2);
        assertThat(slice(complex, List.of(1), List.of(-1L), List.of(2)).array()).isEqualTo(new float[]{3, 4, 1, 2});
        assertThat(view(new IndexMap.Reshape(Shape.of(4)), texts).dims()).containsExactly(4);
    }

    @Test
    void concatLaysRowsSideBySide() {
        var out = new Concat(1).evaluate(List.of(counting(2, 1), counting(2, 0), counting(2, 2))).getFirst();
        assertThat(out).isEqualTo(TensorData.of(DType.I32, new int[]{0, 0, 1, 1, 2, 3}, 2, 3));
    }

    @Test
    void gatherTakesSlices() {
        var data = counting(2, 3, 2);
        var indices = TensorData.longs(new long[]{-1, 0}, 2);
        assertThat(new Gather(1).evaluate(List.of(data, indices)).getFirst())
                .isEqualTo(TensorData.of(DType.I32, new int[]{4, 5, 0, 1, 10, 11, 6, 7}, 2, 2, 2));
        assertThat(new Gather(0).evaluate(List.of(data, TensorData.longs(new long[]{1}))).getFirst().dims())
                .containsExactly(3, 2);
        assertThat(new Gather(0).evaluate(List.of(data, TensorData.longs(new long[0], 0))).getFirst().dims())
                .containsExactly(0, 3, 2);
        assertThatThrownBy(() -> new Gather(1).evaluate(List.of(data, TensorData.longs(new long[]{3}, 1))))
                .isInstanceOf(IrException.class).hasMessageContainingAll("3", "axis 1", "i32[2,3,2]");
        assertThatThrownBy(() -> new Gather(1).evaluate(List.of(data, TensorData.longs(new long[]{-4}, 1))))
                .isInstanceOf(IrException.class);
    }
}
