package dev.sinter.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Stands for the other code of a large program. It loads and stores vectors of three element types at three widths,
 * with and without masks, through every kind of memory segment (on arrays of several types, native, mapped, read-only,
 * confined and shared) and through arrays, often enough that all of it is compiled.
 *
 * <p>The Vector API and the memory segments keep their type profiles in methods that the whole JVM shares. After this
 * code has run, HotSpot no longer knows which kind of segment a load sees; a kernel that takes its segment as a
 * parameter then checks the kind, and boxes vectors, at every access and runs several times slower. Kernels must hold
 * their speed nevertheless.
 */
final class Pollution {
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int BYTES = 1 << 14;
    private static final int ROUNDS = 150;
    private static final List<VectorSpecies<Float>> FLOATS =
            List.of(FloatVector.SPECIES_512, FloatVector.SPECIES_256, FloatVector.SPECIES_128);
    private static final List<VectorSpecies<Integer>> INTS =
            List.of(IntVector.SPECIES_512, IntVector.SPECIES_256, IntVector.SPECIES_128);
    private static final List<VectorSpecies<Byte>> BYTE_SPECIES =
            List.of(ByteVector.SPECIES_512, ByteVector.SPECIES_256, ByteVector.SPECIES_128);

    private Pollution() {
    }

    /**
     * Spoils the profiles; takes some seconds.
     *
     * @return a number that depends on all the work, so that none of it can be left out
     */
    static double spread() {
        try (Arena confined = Arena.ofConfined(); Arena shared = Arena.ofShared()) {
            Path file = Files.createTempFile("sinter-pollution", ".bin");
            try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                channel.truncate(0);
                MemorySegment mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES, shared);
                List<MemorySegment> segments = List.of(
                        MemorySegment.ofArray(new float[BYTES / Float.BYTES]),
                        MemorySegment.ofArray(new byte[BYTES]),
                        MemorySegment.ofArray(new long[BYTES / Long.BYTES]),
                        MemorySegment.ofArray(new int[BYTES / Integer.BYTES]),
                        confined.allocate(BYTES, 64),
                        shared.allocate(BYTES, 64),
                        Arena.ofAuto().allocate(BYTES, 64),
                        mapped);
                return mix(segments);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double mix(List<MemorySegment> segments) {
        double sum = 0;
        var floats = new float[BYTES / Float.BYTES];
        var ints = new int[BYTES / Integer.BYTES];
        var bytes = new byte[BYTES];
        for (int round = 0; round < ROUNDS; round++) {
            for (int s = 0; s < segments.size(); s++) {
                MemorySegment to = segments.get(s);
                MemorySegment from = segments.get((s + round) % segments.size());
                MemorySegment source = round % 4 == 0 ? from.asReadOnly() : from;
                for (int width = 0; width < FLOATS.size(); width++) {
                    scale(FLOATS.get(width), source, to, round * 1e-3f);
                    sum += dot(FLOATS.get(width), source, floats);
                    add(INTS.get(width), source, to);
                    xor(BYTE_SPECIES.get(width), source, to);
                    sum += masked(FLOATS.get(width), source, BYTES / Float.BYTES - round % 5);
                }
                sum += plain(source);
            }
            for (int width = 0; width < FLOATS.size(); width++) {
                sum += arrays(FLOATS.get(width), floats) + arrays(INTS.get(width), ints)
                        + arrays(BYTE_SPECIES.get(width), bytes);
            }
        }
        return sum;
    }

    private static void scale(VectorSpecies<Float> species, MemorySegment from, MemorySegment to, float addend) {
        int step = species.vectorByteSize();
        for (long at = 0; at + step <= from.byteSize(); at += step) {
            FloatVector.fromMemorySegment(species, from, at, ORDER).mul(0.5f).add(addend)
                    .intoMemorySegment(to, at, ORDER);
        }
    }

    private static float dot(VectorSpecies<Float> species, MemorySegment from, float[] with) {
        FloatVector sum = FloatVector.zero(species);
        for (int i = 0; i < species.loopBound(with.length); i += species.length()) {
            FloatVector x = FloatVector.fromMemorySegment(species, from, (long) i * Float.BYTES, ORDER);
            sum = x.fma(FloatVector.fromArray(species, with, i), sum);
        }
        return sum.lane(0);
    }

    private static void add(VectorSpecies<Integer> species, MemorySegment from, MemorySegment to) {
        int step = species.vectorByteSize();
        for (long at = 0; at + step <= from.byteSize(); at += step) {
            IntVector.fromMemorySegment(species, from, at, ORDER).add(1).intoMemorySegment(to, at, ORDER);
        }
    }

    private static void xor(VectorSpecies<Byte> species, MemorySegment from, MemorySegment to) {
        int step = species.vectorByteSize();
        for (long at = 0; at + step <= from.byteSize(); at += step) {
            ByteVector.fromMemorySegment(species, from, at, ORDER).and((byte) 1).intoMemorySegment(to, at, ORDER);
        }
    }

    private static float masked(VectorSpecies<Float> species, MemorySegment from, int length) {
        FloatVector sum = FloatVector.zero(species);
        for (int i = 0; i < length; i += species.length()) {
            var mask = species.indexInRange(i, length);
            sum = sum.add(FloatVector.fromMemorySegment(species, from, (long) i * Float.BYTES, ORDER, mask));
        }
        return sum.lane(0);
    }

    private static float plain(MemorySegment from) {
        float sum = 0;
        for (long at = 0; at < from.byteSize(); at += Float.BYTES) {
            sum += from.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at);
        }
        return sum;
    }

    private static float arrays(VectorSpecies<Float> species, float[] data) {
        FloatVector sum = FloatVector.zero(species);
        for (int i = 0; i < species.loopBound(data.length); i += species.length()) {
            FloatVector x = FloatVector.fromArray(species, data, i);
            x.mul(0.5f).add(1).intoArray(data, i);
            sum = sum.add(FloatVector.broadcast(species, data[i])).add(x);
        }
        return sum.lane(0);
    }

    private static int arrays(VectorSpecies<Integer> species, int[] data) {
        IntVector sum = IntVector.zero(species);
        for (int i = 0; i < species.loopBound(data.length); i += species.length()) {
            sum = sum.add(IntVector.fromArray(species, data, i).add(i));
            sum.intoArray(data, i);
        }
        return sum.lane(0);
    }

    private static int arrays(VectorSpecies<Byte> species, byte[] data) {
        ByteVector sum = ByteVector.zero(species);
        for (int i = 0; i < species.loopBound(data.length); i += species.length()) {
            sum = sum.add(ByteVector.fromArray(species, data, i));
            sum.intoArray(data, i);
        }
        return sum.lane(0);
    }
}
