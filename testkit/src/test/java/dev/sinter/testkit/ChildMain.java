package dev.sinter.testkit;

import dev.sinter.runtime.Model;
import dev.sinter.runtime.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** What a user's program does, in a JVM of its own; mentions nothing but the runtime. */
public final class ChildMain {
    private ChildMain() {
    }

    /**
     * Loads a jar twice, runs it, and prints form and a hash of the result's bits.
     *
     * @param args
     *            the jar, then token ids
     */
    public static void main(String[] args) {
        try (var model = Model.load(Path.of(args[0])); var again = Model.load(Path.of(args[0]))) {
            var ids = Arrays.stream(args).skip(1).mapToLong(Long::parseLong).toArray();
            var mask = new long[ids.length];
            Arrays.fill(mask, 1);
            var inputs = Map.of("input_ids", Tensor.of(ids, 1, ids.length), "attention_mask",
                    Tensor.of(mask, 1, ids.length), "token_type_ids", Tensor.of(new long[ids.length], 1, ids.length));
            var one = Arrays.hashCode(model.run(inputs).tensor("last_hidden_state").toFloats());
            var two = Arrays.hashCode(again.run(inputs).tensor("last_hidden_state").toFloats());
            System.out.println(model.form() + " " + one + " " + (one == two));
        }
    }
}
