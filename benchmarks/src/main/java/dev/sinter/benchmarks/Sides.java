package dev.sinter.benchmarks;

import dev.sinter.runtime.Model;
import java.nio.file.Path;
import java.util.List;

/** Makes sides. Each method loads the classes of its own engine only. */
final class Sides {
    private Sides() {
    }

    /**
     * Sinter.
     *
     * @param model a model, closed with the side
     * @param feeds its inputs
     * @param decode whether a call is a token of a decode loop
     * @return the side
     */
    static Side sinter(Model model, List<Feed> feeds, boolean decode) {
        return decode ? new SinterDecoder(model, feeds) : new SinterSide(model, feeds);
    }

    /**
     * ONNX Runtime.
     *
     * @param onnx the ONNX file
     * @param feeds the inputs
     * @param decode whether a call is a token of a decode loop
     * @param threads threads that work on one call
     * @return the side
     */
    static Side ort(Path onnx, List<Feed> feeds, boolean decode, int threads) {
        return decode ? OrtDecoder.open(onnx, feeds, threads) : OrtSide.open(onnx, feeds, threads);
    }
}
