package dev.sinter.ir;

import java.util.Arrays;
import java.util.HashMap;

/** Which weights of a matrix are not zero, a bit each: for every input the outputs that read it. */
final class KeptBits {
    private final int outputs;
    private final int inputs;
    private final int words;
    private final long[] bits;

    KeptBits(WeightMatrix matrix) {
        outputs = matrix.outputs();
        inputs = matrix.inputs();
        words = (outputs + Long.SIZE - 1) / Long.SIZE;
        bits = new long[inputs * words];
        var values = matrix.values();
        for (int i = 0; i < inputs; i++) {
            int at = i * matrix.inputStride();
            for (int o = 0; o < outputs; o++, at += matrix.outputStride()) {
                if (values[at] != 0) {
                    bits[i * words + o / Long.SIZE] |= 1L << o;
                }
            }
        }
    }

    /** How many weights are not zero. */
    long count() {
        long count = 0;
        for (long word : bits) {
            count += Long.bitCount(word);
        }
        return count;
    }

    /** Weights in blocks, from the first output and input on, of which one is not zero. */
    long within(int high, int wide) {
        long weights = 0;
        var strip = new long[words];
        for (int from = 0; from < inputs; from += wide) {
            Arrays.fill(strip, 0);
            int end = Math.min(from + wide, inputs);
            for (int i = from; i < end; i++) {
                for (int w = 0; w < words; w++) {
                    strip[w] |= bits[i * words + w];
                }
            }
            weights += (long) outputsWithin(strip, high) * (end - from);
        }
        return weights;
    }

    /** Outputs of groups of which one is among those of a strip. */
    private int outputsWithin(long[] strip, int high) {
        int among = 0;
        for (int o = next(strip, 0); o < outputs; o = next(strip, o)) {
            int first = o / high * high;
            int end = Math.min(first + high, outputs);
            among += end - first;
            o = end;
        }
        return among;
    }

    /** The first output of a strip from one on, or one beyond all. */
    private int next(long[] strip, int from) {
        int word = from / Long.SIZE;
        if (word >= words) {
            return outputs;
        }
        long left = strip[word] & -1L << from;
        while (left == 0) {
            if (++word == words) {
                return outputs;
            }
            left = strip[word];
        }
        return word * Long.SIZE + Long.numberOfTrailingZeros(left);
    }

    /** The most that any output keeps of so many neighbouring inputs. */
    int most(int of) {
        int most = 0;
        var counts = new byte[words * Long.SIZE];
        for (int from = 0; from < inputs; from += of) {
            Arrays.fill(counts, (byte) 0);
            for (int i = from; i < Math.min(from + of, inputs); i++) {
                for (int w = 0; w < words; w++) {
                    for (long left = bits[i * words + w]; left != 0; left &= left - 1) {
                        int output = w * Long.SIZE + Long.numberOfTrailingZeros(left);
                        most = Math.max(most, ++counts[output]);
                    }
                }
            }
        }
        return most;
    }

    /** Inputs that no output reads. */
    int zeroInputs() {
        int zero = 0;
        for (int i = 0; i < inputs; i++) {
            long any = 0;
            for (int w = 0; w < words; w++) {
                any |= bits[i * words + w];
            }
            zero += any == 0 ? 1 : 0;
        }
        return zero;
    }

    /** Outputs that read no input. */
    int zeroOutputs() {
        var any = new long[words];
        for (int at = 0; at < bits.length; at++) {
            any[at % words] |= bits[at];
        }
        return outputs - Arrays.stream(any).mapToInt(Long::bitCount).sum();
    }

    /**
     * Part of the outputs that read anything which fall into groups of so many that read the same inputs, wherever they
     * stand.
     */
    double alike(int group) {
        var hashes = new long[words * Long.SIZE];
        for (int i = 0; i < inputs; i++) {
            long salt = (i + 1) * 0x9e3779b97f4a7c15L;
            salt = (salt ^ salt >>> 29) * 0xbf58476d1ce4e5b9L;
            for (int w = 0; w < words; w++) {
                for (long left = bits[i * words + w]; left != 0; left &= left - 1) {
                    hashes[w * Long.SIZE + Long.numberOfTrailingZeros(left)] += salt ^ salt >>> 32;
                }
            }
        }
        var sizes = new HashMap<Long, Integer>();
        for (int o = 0; o < outputs; o++) {
            if (hashes[o] != 0) {
                sizes.merge(hashes[o], 1, Integer::sum);
            }
        }
        int all = sizes.values().stream().mapToInt(Integer::intValue).sum();
        int grouped = sizes.values().stream().mapToInt(size -> size / group * group).sum();
        return all == 0 ? 0 : (double) grouped / all;
    }
}
