package dev.sinter.testkit;

import static dev.sinter.testkit.Numbers.CLOSE;
import static dev.sinter.testkit.Numbers.floats;
import static dev.sinter.testkit.Numbers.integers;
import static dev.sinter.testkit.Numbers.longs;
import static dev.sinter.testkit.Numbers.random;
import static dev.sinter.testkit.Numbers.vector;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Classical models (ai.onnx.ml) give what ONNX Runtime gives. */
class ClassicalOperatorsTest {
    private static OneNode ml(String type) {
        return new OneNode(type).domain("ai.onnx.ml", 3);
    }

    @ParameterizedTest
    @MethodSource
    void features(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    static List<OneNode> features() {
        var cases = new ArrayList<OneNode>(List.of(
                ml("ArrayFeatureExtractor").input(floats(3, 5)).input(vector(0L, 4L, 2L)).symbolic(),
                ml("Binarizer").with("threshold", 0.3f).input(floats(3, 5)),
                ml("FeatureVectorizer").ints("inputdimensions", 2, 3).input(floats(4, 2)).input(floats(4, 3)),
                ml("Imputer").floats("imputed_value_floats", 1, 2, 3).with("replaced_value_float", Float.NaN)
                        .input(Tensor.of(new float[]{1, Float.NaN, 3, Float.NaN, 5, Float.NaN}, 2, 3)),
                ml("Imputer").ints("imputed_value_int64s", 7).with("replaced_value_int64", 2L)
                        .input(longs(0, 4, 3, 4)).symbolic(),
                ml("OneHotEncoder").ints("cats_int64s", 3, 1, 2).input(longs(0, 5, 2, 3)),
                ml("OneHotEncoder").strings("cats_strings", "x", "y")
                        .input(Tensor.of(new String[]{"y", "z", "x"}, 3)),
                ml("Scaler").floats("offset", 0.5f, 1, 2).floats("scale", 2, 3, 4).input(floats(4, 3)).symbolic(),
                ml("Scaler").floats("offset", 0.5f).floats("scale", 2).input(longs(-9, 9, 4, 3))));
        for (var norm : List.of("MAX", "L1", "L2")) {
            cases.add(ml("Normalizer").with("norm", norm).input(floats(3, 5)).symbolic());
            cases.add(ml("Normalizer").with("norm", norm).input(integers(DType.I32, 0, 9, 3, 5)));
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void linear(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    static List<OneNode> linear() {
        var cases = new ArrayList<OneNode>();
        var six = floats(12).toFloats();
        for (var transform : List.of("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO")) {
            cases.add(ml("LinearRegressor").with("targets", 3L).floats("coefficients", six)
                    .floats("intercepts", 1, 2, 3).with("post_transform", transform).input(floats(5, 4)).symbolic());
            cases.add(ml("LinearClassifier").floats("coefficients", six).floats("intercepts", 0.1f, 0.2f, 0.3f)
                    .strings("classlabels_strings", "a", "b", "c").with("post_transform", transform).outputs(2)
                    .input(floats(5, 4)));
            cases.add(ml("LinearClassifier").floats("coefficients", 1, -2, 0.5f, 1).floats("intercepts", 0.1f)
                    .ints("classlabels_ints", 3, 5).with("post_transform", transform).outputs(2).input(floats(5, 4)));
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void supportVectors(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    private static OneNode machine(String type, String kernel) {
        return ml(type).with("kernel_type", kernel).floats("kernel_params", 0.3f, 0.5f, 3).input(floats(6, 3));
    }

    static List<OneNode> supportVectors() {
        var cases = new ArrayList<OneNode>();
        for (var kernel : List.of("LINEAR", "POLY", "RBF", "SIGMOID")) {
            cases.add(machine("SVMRegressor", kernel).floats("coefficients", 1, -0.5f, 0.3f, 2).floats("rho", 0.2f)
                    .with("n_supports", 4L).floats("support_vectors", floats(12).toFloats()));
            cases.add(machine("SVMClassifier", kernel).ints("vectors_per_class", 2, 2, 2)
                    .floats("coefficients", floats(12).toFloats()).floats("rho", 0.1f, -0.2f, 0.3f)
                    .floats("support_vectors", floats(18).toFloats()).ints("classlabels_ints", 4, 5, 6).outputs(2));
            cases.add(machine("SVMClassifier", kernel).ints("vectors_per_class", 2, 2, 2)
                    .floats("coefficients", floats(12).toFloats()).floats("rho", 0.1f, -0.2f, 0.3f)
                    .floats("support_vectors", floats(18).toFloats()).strings("classlabels_strings", "x", "y", "z")
                    .floats("prob_a", -1, -0.5f, -0.7f).floats("prob_b", 0.1f, 0.2f, 0.3f).outputs(2));
        }
        cases.add(machine("SVMRegressor", "RBF").floats("coefficients", 1, -0.5f, 0.3f, 2).floats("rho", -0.9f)
                .with("n_supports", 4L).with("one_class", 1L).floats("support_vectors", floats(12).toFloats()));
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void trees(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    /** Two trees, of three and of five nodes; votes are for targets 0 and 1. */
    private static OneNode forest(String type, String votes, String[] modes) {
        return forest(type, modes).ints(votes + "_treeids", 0, 0, 1, 1, 1, 1)
                .ints(votes + "_nodeids", 1, 2, 1, 3, 3, 4);
    }

    private static OneNode forest(String type, String[] modes) {
        return ml(type).ints("nodes_treeids", 0, 0, 0, 1, 1, 1, 1, 1).ints("nodes_nodeids", 0, 1, 2, 0, 1, 2, 3, 4)
                .ints("nodes_featureids", 1, 0, 0, 2, 0, 0, 0, 0)
                .floats("nodes_values", 0.1f, 0, 0, -0.2f, 0, 0.5f, 0, 0)
                .strings("nodes_modes", modes[0], "LEAF", "LEAF", modes[1], "LEAF", modes[2], "LEAF", "LEAF")
                .ints("nodes_truenodeids", 1, 0, 0, 1, 0, 3, 0, 0).ints("nodes_falsenodeids", 2, 0, 0, 2, 0, 4, 0, 0)
                .ints("nodes_missing_value_tracks_true", 1, 0, 0, 0, 0, 0, 0, 0);
    }

    static List<OneNode> trees() {
        var cases = new ArrayList<OneNode>();
        var samples = floats(9, 3).toFloats();
        samples[1] = Float.NaN;
        samples[5] = -0.2f;
        var x = Tensor.of(samples, 9, 3);
        String[][] modes = {{"BRANCH_LEQ", "BRANCH_LEQ", "BRANCH_LEQ"}, {"BRANCH_LT", "BRANCH_GTE", "BRANCH_GT"},
                {"BRANCH_EQ", "BRANCH_NEQ", "BRANCH_LEQ"}};
        for (var each : modes) {
            for (var aggregate : List.of("SUM", "AVERAGE", "MIN", "MAX")) {
                cases.add(forest("TreeEnsembleRegressor", "target", each).ints("target_ids", 0, 1, 0, 1, 0, 1)
                        .floats("target_weights", 1, 2, 3, 4, 5, 6).with("n_targets", 2L)
                        .with("aggregate_function", aggregate).input(x));
            }
            cases.add(forest("TreeEnsembleClassifier", "class", each).ints("class_ids", 0, 1, 2, 1, 0, 2)
                    .floats("class_weights", 0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f)
                    .strings("classlabels_strings", "a", "b", "c").with("post_transform", "SOFTMAX").outputs(2)
                    .input(x));
            for (float sign : new float[]{1, -1}) {
                cases.add(forest("TreeEnsembleClassifier", "class", each).ints("class_ids", 0, 0, 0, 0, 0, 0)
                        .floats("class_weights", 0.1f, 0.2f, sign * 0.3f, 0.4f, sign * 0.05f, 0.6f)
                        .ints("classlabels_int64s", 7, 9).with("post_transform", sign > 0 ? "NONE" : "LOGISTIC")
                        .outputs(2).input(x));
            }
        }
        for (var each : modes) {
            cases.add(forest("TreeEnsembleRegressor", each).ints("target_treeids", 0, 0, 1, 1, 1)
                    .ints("target_nodeids", 1, 2, 1, 3, 4).ints("target_ids", 0, 0, 0, 0, 0)
                    .floats("target_weights", 1, 2, 3, 4, 5).with("n_targets", 1L).floats("base_values", 0.5f)
                    .input(random(DType.F64, 5, 3)));
        }
        return cases;
    }

    /** Leaves apart from inner nodes, and nodes that look for members of a set. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3})
    void treesOfMembership(long aggregate) throws Exception {
        var nan = Float.NaN;
        new OneNode("TreeEnsemble").domain("ai.onnx.ml", 5).with("n_targets", 4L)
                .with("aggregate_function", aggregate).with("post_transform", 0L).ints("tree_roots", 0)
                .tensor("membership_values", vector(1.2f, 3.7f, 8, 9, nan, 12, 7, nan))
                .tensor("nodes_modes", Tensor.of(DType.U8, new byte[]{0, 6, 6}, 3))
                .tensor("nodes_splits", vector(11, 232344, nan)).ints("nodes_featureids", 0, 0, 0)
                .ints("nodes_trueleafs", 0, 1, 1).ints("nodes_truenodeids", 1, 0, 1).ints("nodes_falseleafs", 1, 0, 1)
                .ints("nodes_falsenodeids", 2, 2, 3).ints("leaf_targetids", 0, 1, 2, 3)
                .tensor("leaf_weights", vector(1, 10f, 1000, 100))
                .input(Tensor.of(new float[]{1.2f, 3.4f, -0.12f, nan, 12, 7}, 6, 1)).assertLikeOrt(CLOSE);
    }
}
