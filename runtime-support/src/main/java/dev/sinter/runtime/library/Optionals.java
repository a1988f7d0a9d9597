package dev.sinter.runtime.library;

import dev.sinter.runtime.OptionalValue;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.Optional;

/**
 * Optionals: <a href="https://onnx.ai/onnx/operators/onnx__Optional.html">Optional</a>,
 * <a href="https://onnx.ai/onnx/operators/onnx__OptionalHasElement.html">OptionalHasElement</a>,
 * <a href="https://onnx.ai/onnx/operators/onnx__OptionalGetElement.html">OptionalGetElement</a>.
 */
final class Optionals {
    private Optionals() {
    }

    static Value[] make(Invocation call) {
        return new Value[]{new OptionalValue(call.given(0) ? Optional.of(call.value(0)) : Optional.empty())};
    }

    /** No operand and an empty optional have no element; a tensor or sequence is one. */
    static Value[] has(Invocation call) {
        boolean has = call.given(0) && (!(call.value(0) instanceof OptionalValue(var value)) || value.isPresent());
        return new Value[]{Tensor.of(new boolean[]{has})};
    }

    static Value[] get(Invocation call) {
        return new Value[]{call.value(0) instanceof OptionalValue(var value)
                ? value.orElseThrow(() -> call.wrong(0, "an optional with an element", "an empty one"))
                : call.value(0)};
    }
}
