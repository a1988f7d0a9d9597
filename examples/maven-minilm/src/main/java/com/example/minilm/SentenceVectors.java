package com.example.minilm;

import java.util.Arrays;

/** Turns sentences into vectors whose products say how much the sentences mean the same. */
public final class SentenceVectors implements AutoCloseable {
    private final MiniLm model = MiniLm.load();

    /** Loads the model. */
    public SentenceVectors() {
    }

    /**
     * The vector of a sentence.
     *
     * @param ids
     *            the sentence's tokens by their numbers in the model's vocabulary, from [CLS] to [SEP]
     * @return 384 numbers, of length 1 as a vector
     */
    public float[] of(long... ids) {
        var mask = new long[ids.length];
        Arrays.fill(mask, 1);
        float[] hidden = model.run(ids, mask, new long[ids.length], 1, ids.length).lastHiddenState();
        var mean = new float[hidden.length / ids.length];
        for (int i = 0; i < hidden.length; i++) {
            mean[i % mean.length] += hidden[i];
        }
        double length = Math.sqrt(product(mean, mean));
        for (int i = 0; i < mean.length; i++) {
            mean[i] /= (float) length;
        }
        return mean;
    }

    /**
     * The product of two vectors: of sentences of the same meaning it is near 1, of others near 0.
     *
     * @param a
     *            one
     * @param b
     *            the other
     * @return -1 to 1
     */
    public static double product(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    @Override
    public void close() {
        model.close();
    }
}
