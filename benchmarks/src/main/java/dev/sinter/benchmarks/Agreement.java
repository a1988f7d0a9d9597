package dev.sinter.benchmarks;

import java.util.Arrays;
import java.util.Map;

/** How far two sides' outputs are apart: a fast wrong answer is no result. */
final class Agreement {
    private Agreement() {
    }

    /**
     * The largest distance of two outputs of one name, divided by the length of the second.
     *
     * @param ours our outputs
     * @param theirs the peer's
     * @return 0 if they are equal; not a number if a value is none
     * @throws IllegalStateException if names or sizes differ
     */
    static double distance(Map<String, double[]> ours, Map<String, double[]> theirs) {
        if (!ours.keySet().equals(theirs.keySet())) {
            throw new IllegalStateException("outputs differ: ours " + ours.keySet() + ", theirs " + theirs.keySet());
        }
        double most = 0;
        for (String name : ours.keySet()) {
            most = Math.max(most, distance(name, ours.get(name), theirs.get(name)));
        }
        return most;
    }

    private static double distance(String name, double[] a, double[] b) {
        if (a.length != b.length) {
            throw new IllegalStateException("output " + name + " differs in size: ours " + a.length + ", theirs "
                    + b.length);
        }
        double apart = 0;
        double length = 0;
        for (int i = 0; i < a.length; i++) {
            apart += (a[i] - b[i]) * (a[i] - b[i]);
            length += b[i] * b[i];
        }
        return apart == 0 ? 0 : Math.sqrt(apart / length);
    }

    /**
     * Whether two sides gave equal bits.
     *
     * @param a a side's outputs
     * @param b the other's
     * @return whether all are equal
     */
    static boolean equal(Map<String, double[]> a, Map<String, double[]> b) {
        return a.keySet().equals(b.keySet()) && a.keySet().stream().allMatch(n -> Arrays.equals(a.get(n), b.get(n)));
    }
}
