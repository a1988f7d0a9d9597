package dev.sinter.runtime.library;

import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.HashMap;

/** Short ways to call a routine. */
final class Calls {
    private Calls() {
    }

    /** All results of {@code "routine name=value name=value"}. */
    static Value[] all(String call, Value... inputs) {
        String[] parts = call.split(" ");
        var arguments = new HashMap<String, String>();
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            arguments.put(parts[i].substring(0, equals), parts[i].substring(equals + 1));
        }
        return Routines.call(parts[0], arguments, inputs);
    }

    /** The first result. */
    static Tensor one(String call, Value... inputs) {
        return (Tensor) all(call, inputs)[0];
    }

    static Tensor floats(float... values) {
        return Tensor.of(values, values.length);
    }

    static Tensor longs(long... values) {
        return Tensor.of(values, values.length);
    }

    static Tensor strings(String... values) {
        return Tensor.of(values, values.length);
    }

    static Tensor scalar(long value) {
        return Tensor.of(new long[]{value});
    }
}
