package dev.sinter.runtime;

/**
 * Makes the scalar form's first call short. HotSpot compiles a method that is called seldom, but whose loops run long, as
 * code that is entered in the middle of a loop, of use to the call at hand only, and later once more as a whole. Of one
 * that has been called {@value #CALLS} times it makes the whole at once, as soon as its loops run.
 */
final class ScalarStart {
    /** 200 before the first compiler has its turn, the time that takes, and 600 behind it. */
    private static final int CALLS = 1500;
    /** A model of fewer weights has its first result before HotSpot compiles anything. */
    private static final long LEAST_WEIGHTS = 1 << 20;

    private ScalarStart() {
    }

    /** Calls kernels with nothing to do. */
    static void prepare(Program program, long weightsBytes) {
        for (int i = 0; weightsBytes >= LEAST_WEIGHTS && i < CALLS; i++) {
            program.idle();
        }
    }
}
