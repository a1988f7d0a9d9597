package dev.sinter.runtime.library;

import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.SequenceValue;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sequences: <a href="https://onnx.ai/onnx/operators/onnx__SequenceInsert.html">SequenceInsert</a> and its kin,
 * <a href="https://onnx.ai/onnx/operators/onnx__ConcatFromSequence.html">ConcatFromSequence</a>,
 * <a href="https://onnx.ai/onnx/operators/onnx__SplitToSequence.html">SplitToSequence</a>.
 */
final class Sequences {
    private Sequences() {
    }

    static Value[] empty() {
        return new Value[]{new SequenceValue(List.of())};
    }

    static Value[] construct(Invocation call) {
        List<Value> all = call.all();
        all.forEach(v -> sameType(call, all.getFirst(), v));
        return new Value[]{new SequenceValue(all)};
    }

    private static void sameType(Invocation call, Value first, Value other) {
        boolean same = first.getClass() == other.getClass()
                && (!(first instanceof Tensor a) || !(other instanceof Tensor b) || a.dtype() == b.dtype());
        if (!same) {
            throw call.wrong("expected elements of one type, got " + Invocation.kind(first) + " and "
                    + Invocation.kind(other));
        }
    }

    static Value[] at(Invocation call) {
        var values = call.sequence(0).values();
        return new Value[]{values.get(position(call, values.size(), values.size() - 1L, Long.MIN_VALUE))};
    }

    static Value[] insert(Invocation call) {
        var values = new ArrayList<>(call.sequence(0).values());
        Value added = call.value(1);
        if (!values.isEmpty()) {
            sameType(call, values.getFirst(), added);
        }
        long at = call.number(2, values.size());
        values.add(position(call, values.size(), values.size(), at), added);
        return new Value[]{new SequenceValue(values)};
    }

    static Value[] erase(Invocation call) {
        var values = new ArrayList<>(call.sequence(0).values());
        values.remove(position(call, values.size(), values.size() - 1L, call.number(1, values.size() - 1L)));
        return new Value[]{new SequenceValue(values)};
    }

    /** A position counted from the front; {@code MIN_VALUE} asks for operand 1. */
    private static int position(Invocation call, int size, long last, long given) {
        if (given == Long.MIN_VALUE && !call.given(1)) {
            throw call.wrong("a position was expected");
        }
        long at = given == Long.MIN_VALUE ? call.number(1, 0) : given;
        long counted = at < 0 ? at + size : at;
        if (counted < 0 || counted > last) {
            throw call.wrong("position " + at + " does not fit a sequence of " + size);
        }
        return (int) counted;
    }

    static Value[] length(Invocation call) {
        return new Value[]{Tensor.of(new long[]{call.sequence(0).values().size()})};
    }

    /** {@code s -> t}: joined along an axis, or along a new one. */
    static Value[] concat(Invocation call) {
        var parts = new ArrayList<Tensor>();
        for (Value v : call.sequence(0).values()) {
            if (!(v instanceof Tensor t)) {
                throw call.wrong(0, "a sequence of tensors", "one with " + Invocation.kind(v));
            }
            parts.add(t);
        }
        if (parts.isEmpty()) {
            throw call.wrong(0, "a sequence with elements", "an empty one");
        }
        boolean stacked = call.flag("new_axis", false);
        int rank = parts.getFirst().rank() + (stacked ? 1 : 0);
        int axis = call.axis(call.number("axis", 0), rank);
        long[] shape = shape(call, parts.getFirst(), axis, stacked);
        long total = 0;
        for (Tensor part : parts) {
            long[] own = shape(call, part, axis, stacked);
            total += own[axis];
            own[axis] = shape[axis];
            if (part.dtype() != parts.getFirst().dtype() || !Arrays.equals(own, shape)) {
                throw call.wrong("expected tensors that differ in axis " + axis + " at most, got "
                        + Invocation.text(parts.getFirst()) + " and " + Invocation.text(part));
            }
        }
        shape[axis] = total;
        return new Value[]{join(parts, shape, axis)};
    }

    private static long[] shape(Invocation call, Tensor part, int axis, boolean stacked) {
        long[] own = part.shape();
        if (!stacked) {
            if (axis >= own.length) {
                throw call.wrong("axis " + axis + " does not fit " + Invocation.text(part));
            }
            return own;
        }
        var out = new long[own.length + 1];
        if (axis > own.length) {
            throw call.wrong("axis " + axis + " does not fit " + Invocation.text(part));
        }
        System.arraycopy(own, 0, out, 0, axis);
        out[axis] = 1;
        System.arraycopy(own, axis, out, axis + 1, own.length - axis);
        return out;
    }

    private static Tensor join(List<Tensor> parts, long[] shape, int axis) {
        long outer = Blocks.product(shape, 0, axis);
        long row = Blocks.product(shape, axis, shape.length);
        var out = Blocks.room(parts.getFirst().dtype(), Blocks.product(shape, 0, shape.length));
        long at = 0;
        for (Tensor part : parts) {
            long width = outer == 0 ? 0 : part.size() / outer;
            var from = Blocks.of(part);
            for (long o = 0; o < outer; o++) {
                from.copy(o * width, out, o * row + at, width);
            }
            at += width;
        }
        return out.tensor(shape);
    }

    /** {@code x, split? -> s}: parts of given lengths, of one length (a scalar), or of length 1. */
    static Value[] split(Invocation call) {
        Tensor x = call.tensor(0);
        int axis = call.axis(call.number("axis", 0), x.rank());
        long extent = x.dim(axis);
        boolean keep = call.given(1) || call.flag("keepdims", true);
        long[] lengths = lengths(call, extent);
        var out = new ArrayList<Value>();
        long at = 0;
        for (long length : lengths) {
            out.add(cut(x, axis, at, length, keep));
            at += length;
        }
        return new Value[]{new SequenceValue(out)};
    }

    private static long[] lengths(Invocation call, long extent) {
        if (call.given(1) && call.tensor(1).rank() > 0) {
            long[] lengths = call.tensor(1).toLongs();
            long sum = 0;
            for (long length : lengths) {
                if (length < 0 || length > extent) {
                    throw call.wrong(1, "lengths of 0 to " + extent, length + "");
                }
                sum += length;
            }
            if (sum != extent) {
                throw call.wrong(1, "lengths with the sum " + extent, Arrays.toString(lengths));
            }
            return lengths;
        }
        long each = call.number(1, 1);
        if (each < 1) {
            throw call.wrong(1, "a length of at least 1", each + "");
        }
        var lengths = new long[Math.toIntExact((extent + each - 1) / each)];
        Arrays.fill(lengths, each);
        if (lengths.length > 0) {
            lengths[lengths.length - 1] = extent - each * (lengths.length - 1);
        }
        return lengths;
    }

    private static Tensor cut(Tensor x, int axis, long at, long length, boolean keep) {
        long[] shape = x.shape();
        long outer = Blocks.product(shape, 0, axis);
        long inner = Blocks.product(shape, axis + 1, shape.length);
        long row = shape[axis] * inner;
        shape[axis] = length;
        var from = Blocks.of(x);
        var out = Blocks.room(x.dtype(), Blocks.product(shape, 0, shape.length));
        for (long o = 0; o < outer; o++) {
            from.copy(o * row + at * inner, out, o * length * inner, length * inner);
        }
        return out.tensor(keep ? shape : without(shape, axis));
    }

    private static long[] without(long[] shape, int axis) {
        if (shape[axis] != 1) {
            throw new ModelException("split.to_sequence: only parts of length 1 can lose their axis");
        }
        var out = new long[shape.length - 1];
        System.arraycopy(shape, 0, out, 0, axis);
        System.arraycopy(shape, axis + 1, out, axis, out.length - axis);
        return out;
    }
}
