package dev.sinter.cli.demo;

/**
 * From the vectors of tokens to the vector of a sentence, as
 * <a href="https://arxiv.org/abs/1908.10084">Sentence-BERT</a> does it: the mean over the tokens, of length 1.
 */
public final class Pooling {

    private Pooling() {
    }

    /**
     * The mean of each text's token vectors, padding left out.
     *
     * @param hidden the encoder's output {@code [B,S,H]}, row-major
     * @param mask the attention mask {@code [B,S]}: 1 for a token, 0 for padding
     * @param texts {@code B}
     * @param width {@code H}
     * @return {@code [B][H]}; zeros for a text without any token
     * @throws IllegalArgumentException where the sizes do not belong together
     */
    public static float[][] mean(float[] hidden, long[] mask, int texts, int width) {
        if (texts < 1 || width < 1 || mask.length % texts != 0 || hidden.length != (long) mask.length * width) {
            throw new IllegalArgumentException("expected hidden [B,S,H] and mask [B,S] with B=" + texts + ", H=" + width
                    + ", got " + hidden.length + " and " + mask.length + " elements");
        }
        int tokens = mask.length / texts;
        var means = new float[texts][width];
        for (int b = 0; b < texts; b++) {
            var sums = new double[width];
            int count = 0;
            for (int row = b * tokens; row < (b + 1) * tokens; row++) {
                if (mask[row] != 0) {
                    count++;
                    for (int h = 0; h < width; h++) {
                        sums[h] += hidden[row * width + h];
                    }
                }
            }
            for (int h = 0; h < width; h++) {
                means[b][h] = (float) (sums[h] / Math.max(count, 1));
            }
        }
        return means;
    }

    /** The vector of Euclidean length 1 in the same direction; a zero vector stays as it is. */
    public static float[] normalize(float[] vector) {
        double length = Math.sqrt(dot(vector, vector));
        var unit = vector.clone();
        if (length > 0) {
            for (int i = 0; i < unit.length; i++) {
                unit[i] = (float) (unit[i] / length);
            }
        }
        return unit;
    }

    /** The inner product; of two vectors of length 1 it is the cosine of their angle, their similarity. */
    public static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
