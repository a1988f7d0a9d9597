package dev.sinter.runtime;

import java.util.Arrays;

/**
 * One call's memory. Emitted code reads the fields; it writes only the arenas' elements, the outputs' elements and
 * nothing else. The arenas' contents are undefined when a run begins.
 */
public final class Frame {
    private static final Object[] NO_IO = {};
    private static final long SLACK_BYTES = 1 << 20;
    private static final int PATIENCE = 64;

    /** Arena of float elements. */
    public float[] f32 = {};
    /** Arena of double elements. */
    public double[] f64 = {};
    /** Arena of int elements. */
    public int[] i32 = {};
    /** Arena of long elements. */
    public long[] i64 = {};
    /** Arena of short elements. */
    public short[] i16 = {};
    /** Arena of byte elements. */
    public byte[] i8 = {};
    /** Arena of strings. */
    public String[] str = {};
    /** The resolved plan: the arena offset of each allocation, then the kernel parameters. */
    public int[] p = {};
    /** The arrays of the inputs, then of the outputs, in {@link ModelInfo}'s order. */
    public Object[] io = NO_IO;

    /** Runs the steps in place of the program; null: nobody does. */
    Steps steps;
    /** What the steps cost with the sizes this frame is bound to. */
    StepTimes times = new StepTimes();

    private final Workers workers;
    private final ParallelJob job;
    private int[] strides = {};
    private int oversized;
    /** Bytes that no binding needs. */
    private long spare;

    /** An empty frame for one worker; whoever makes one fills the fields. */
    public Frame() {
        this(Workers.single());
    }

    Frame(Workers workers) {
        this.workers = workers;
        this.job = workers.size() == 1 ? null : new ParallelJob(workers, this);
    }

    /**
     * Number of scratch slots of a per-worker allocation.
     *
     * @return at least 1
     */
    public int workers() {
        return workers.size();
    }

    /**
     * Where a worker's part of a per-worker allocation begins.
     *
     * @param allocation the allocation's index
     * @param worker the worker's index
     * @return offset into the allocation's arena
     */
    public int offset(int allocation, int worker) {
        return worker == 0 ? p[allocation] : p[allocation] + worker * strides[allocation];
    }

    /**
     * Runs a step's iterations [0,count), in contiguous slices by several workers if that is worth it; returns when all
     * are done. Must not be called inside a slice.
     *
     * @param program the program whose {@link Program#step} to run
     * @param step the step's number
     * @param count number of iterations; nothing happens if it is 0
     */
    public void parallel(Program program, int step, int count) {
        if (count <= 0) {
            return;
        }
        if (steps == null) {
            perform(program, step, count);
        } else {
            steps.run(this, program, step, count);
        }
    }

    /** Runs a program: all its steps in order. */
    void run(Program program) {
        if (steps != null && steps.wantsAll()) {
            program.walk(this);
        } else {
            program.run(this);
        }
    }

    /** Runs a block of a program's script. */
    void run(Program program, int block) {
        if (steps != null && steps.wantsAll()) {
            program.walk(block, this);
        } else {
            program.run(block, this);
        }
    }

    /** Runs a program's step in slices. */
    void perform(Program program, int step, int count) {
        if (job == null || count == 1) {
            program.step(step, this, 0, 0, count);
        } else {
            job.run(program, step, count);
        }
    }

    /** Makes the arenas large enough for a binding; gives memory back that many calls did not need. */
    void fit(Binding binding) {
        settle(binding.bytes());
        grow(binding);
    }

    /** Gives memory back that many calls did not need. */
    void settle(long needed) {
        if (bytes() - spare > 4 * needed + SLACK_BYTES) {
            if (++oversized > PATIENCE) {
                release();
            }
        } else {
            oversized = 0;
        }
    }

    /** Makes the arenas large enough for a binding. */
    void grow(Binding binding) {
        int floats = binding.length(StorageClass.F32);
        if (f32.length < floats) {
            f32 = new float[OwnRegion.floats(floats)];
            spare = (long) Float.BYTES * (f32.length - floats);
        }
        f64 = f64.length >= binding.length(StorageClass.F64) ? f64 : new double[binding.length(StorageClass.F64)];
        i32 = i32.length >= binding.length(StorageClass.I32) ? i32 : new int[binding.length(StorageClass.I32)];
        i64 = i64.length >= binding.length(StorageClass.I64) ? i64 : new long[binding.length(StorageClass.I64)];
        i16 = i16.length >= binding.length(StorageClass.I16) ? i16 : new short[binding.length(StorageClass.I16)];
        i8 = i8.length >= binding.length(StorageClass.I8) ? i8 : new byte[binding.length(StorageClass.I8)];
        str = str.length >= binding.length(StorageClass.STRING) ? str
                : new String[binding.length(StorageClass.STRING)];
        p = binding.p();
        strides = binding.strides();
        times = binding.times();
    }

    /** Fills the arenas with values that show when code reads what it never wrote. */
    void poison() {
        Arrays.fill(f32, Float.NaN);
        Arrays.fill(f64, Double.NaN);
        Arrays.fill(i32, 0xA5A5A5A5);
        Arrays.fill(i64, 0xA5A5A5A5_A5A5A5A5L);
        Arrays.fill(i16, (short) 0xA5A5);
        Arrays.fill(i8, (byte) 0xA5);
        Arrays.fill(str, null);
    }

    /** Lets go of the caller's arrays, and of strings, so that nothing outlives its use. */
    void forgetIo() {
        io = NO_IO;
        Arrays.fill(str, null);
    }

    private long bytes() {
        return 4L * f32.length + 8L * f64.length + 4L * i32.length + 8L * i64.length + 2L * i16.length + i8.length;
    }

    private void release() {
        f32 = new float[0];
        f64 = new double[0];
        i32 = new int[0];
        i64 = new long[0];
        i16 = new short[0];
        i8 = new byte[0];
        str = new String[0];
        oversized = 0;
        spare = 0;
    }
}
