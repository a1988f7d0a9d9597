package dev.sinter.testkit;

import dev.sinter.runtime.Model;
import dev.sinter.runtime.Tensor;
import java.nio.file.Path;
import java.util.HashMap;

/** A program that has one result of an encoder, without a lambda of its own; which classes are loaded when is watched. */
public final class FirstCallMain {
    private FirstCallMain() {
    }

    /** Loaded when the result is there. */
    private static final class Done {
        private Done() {
        }

        static int code(int elements) {
            return elements > 0 ? 0 : 1;
        }
    }

    /**
     * Loads a jar and runs it.
     *
     * @param args
     *            the jar, then token ids
     */
    public static void main(String[] args) {
        var ids = new long[args.length - 1];
        var mask = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = Long.parseLong(args[i + 1]);
            mask[i] = 1;
        }
        var inputs = new HashMap<String, Tensor>();
        inputs.put("input_ids", Tensor.of(ids, 1, ids.length));
        inputs.put("attention_mask", Tensor.of(mask, 1, ids.length));
        inputs.put("token_type_ids", Tensor.of(new long[ids.length], 1, ids.length));
        int code;
        try (var model = Model.load(Path.of(args[0]))) {
            code = Done.code(model.run(inputs).tensor("last_hidden_state").toFloats().length);
        }
        System.exit(code);
    }
}
