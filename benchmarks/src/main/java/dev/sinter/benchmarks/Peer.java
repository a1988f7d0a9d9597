package dev.sinter.benchmarks;

/** Whom a row compares Sinter with. */
enum Peer {
    /** ONNX Runtime with the same model; where that stores integers, with the same numbers in f32. */
    ORT("onnxruntime"),
    /** ONNX Runtime with the model in its int8 form. */
    ORT_INT8("onnxruntime-int8"),
    /** Sinter itself with the model before its weights were pruned or rounded. */
    DENSE("dense"),
    /** Sinter itself with one thread. */
    ONE_THREAD("one-thread");

    /** Rounded activations move outputs by hundredths; numbers that have nothing in common are 1.4 apart. */
    private static final double ROUNDED = 0.5;

    private final String label;

    Peer(String label) {
        this.label = label;
    }

    /**
     * The name in the results.
     *
     * @return {@code dense}, {@code onnxruntime-1.29.0}, {@code onnxruntime-1.29.0-int8}
     */
    String label() {
        return switch (this) {
            case ORT -> OrtFile.peer();
            case ORT_INT8 -> OrtFile.peer() + "-int8";
            case DENSE, ONE_THREAD -> label;
        };
    }

    /**
     * Whether this is ONNX Runtime.
     *
     * @return whether it is
     */
    boolean ort() {
        return this == ORT || this == ORT_INT8;
    }

    /**
     * How far the outputs may be apart.
     *
     * @param same the relative distance that is agreement on the same model
     * @return the relative distance that is agreement here; infinite where the models differ
     */
    double tolerance(double same) {
        return switch (this) {
            case ORT, ONE_THREAD -> same;
            case ORT_INT8 -> Math.max(same, ROUNDED);
            case DENSE -> Double.POSITIVE_INFINITY;
        };
    }
}
