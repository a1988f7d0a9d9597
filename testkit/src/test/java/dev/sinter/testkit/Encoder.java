package dev.sinter.testkit;

import dev.sinter.Compilation;
import dev.sinter.Sinter;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** The published sentence encoders that tests run; each comes from its Maven artifact. */
enum Encoder {
    MINILM("all-minilm-l6-v2"), MINILM_Q("all-minilm-l6-v2-q"), BGE("bge-small-en-v1.5"), BGE_Q("bge-small-en-v1.5-q");

    /** Width of their output. */
    static final int HIDDEN = 384;
    private static final int VOCABULARY = 30522;
    private final String file;

    Encoder(String file) {
        this.file = file;
    }

    /** The ONNX file. */
    byte[] bytes() {
        try (var in = Encoder.class.getResourceAsStream("/" + file + ".onnx")) {
            return Objects.requireNonNull(in, file + ".onnx is not on the class path").readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Compilation compilation() {
        return Sinter.compiler().compilation(bytes(), file);
    }

    /** Made-up sentences, right-padded: row b of a batch has b/batch of its length masked. */
    static Map<String, Tensor> inputs(int batch, int length) {
        var random = new Random(31L * batch + length);
        var ids = new long[batch * length];
        var mask = new long[batch * length];
        for (int b = 0; b < batch; b++) {
            int valid = Math.max(1, length - b * length / batch);
            for (int s = 0; s < valid; s++) {
                ids[b * length + s] = 1 + random.nextInt(VOCABULARY - 1);
                mask[b * length + s] = 1;
            }
        }
        var inputs = new LinkedHashMap<String, Tensor>();
        inputs.put("input_ids", Tensor.of(ids, batch, length));
        inputs.put("attention_mask", Tensor.of(mask, batch, length));
        inputs.put("token_type_ids", Tensor.of(new long[batch * length], batch, length));
        return inputs;
    }
}
