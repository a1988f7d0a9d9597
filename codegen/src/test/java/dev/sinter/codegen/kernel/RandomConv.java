package dev.sinter.codegen.kernel;

import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Conv;
import java.util.ArrayList;
import java.util.List;

/**
 * A convolution of any number of axes, uneven strides, dilations and pads.
 *
 * @param op
 *            the convolution
 * @param operands
 *            input, constant weights and maybe a constant bias
 */
record RandomConv(Conv op, Value[] operands) {
    /**
     * Draws one of the samples' seed.
     *
     * @param s
     *            where its operands are added
     * @param most
     *            channels a group has at most
     * @param layout
     *            where the channels are
     */
    static RandomConv of(Samples s, int most, Conv.Layout layout) {
        var random = s.random();
        int axes = 1 + random.nextInt(3);
        int groups = 1 + random.nextInt(3);
        long channels = 1 + random.nextInt(most);
        long results = groups * (1 + random.nextInt(20));
        var strides = new ArrayList<Integer>();
        var dilations = new ArrayList<Integer>();
        var begin = new ArrayList<Integer>();
        var end = new ArrayList<Integer>();
        var size = new ArrayList<>(List.of((long) random.nextInt(3)));
        var window = new ArrayList<>(List.of(results, channels));
        for (int i = 0; i < axes; i++) {
            strides.add(1 + random.nextInt(3));
            dilations.add(1 + random.nextInt(2));
            begin.add(random.nextInt(4) - 1);
            end.add(random.nextInt(3));
            window.add(1L + random.nextInt(3));
            size.add(8L + random.nextInt(12));
        }
        size.add(layout == Conv.Layout.CHANNELS_LAST ? size.size() : 1, channels * groups);
        boolean bias = random.nextBoolean();
        var operands = new ArrayList<Value>();
        operands.add(s.input(DType.F32, size.stream().mapToLong(Long::longValue).toArray()));
        operands.add(s.constant(DType.F32, window.stream().mapToLong(Long::longValue).toArray()));
        if (bias) {
            operands.add(s.constant(DType.F32, results));
        }
        var op = new Conv(groups, strides, dilations, begin, end, bias).in(layout);
        return new RandomConv(op, operands.toArray(Value[]::new));
    }
}
