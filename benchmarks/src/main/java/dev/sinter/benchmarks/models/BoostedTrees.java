package dev.sinter.benchmarks.models;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.OperatorSetIdProto;
import dev.sinter.frontend.onnx.proto.TensorProto.DataType;
import dev.sinter.frontend.onnx.proto.TensorShapeProto;
import dev.sinter.frontend.onnx.proto.TypeProto;
import dev.sinter.frontend.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * 100 gradient boosted regression trees of depth 6 over 30 features, as XGBoost's trees are exported. Each node splits
 * the rows of a made-up table that reach it somewhere in their middle half, so that calls take all paths, as they do in
 * trees that were learned.
 */
final class BoostedTrees {
    private static final String DOMAIN = "ai.onnx.ml";
    private static final long IR_VERSION = 8;
    private static final int TREES = 100;
    private static final int DEPTH = 6;
    private static final int FEATURES = 30;
    private static final int ROWS = 2048;
    private static final float BASE = 0.5f;
    private static final double LEAF = 0.1;

    private final SplittableRandom random;
    private final float[][] table = new float[ROWS][FEATURES];
    private final List<Long> trees = new ArrayList<>();
    private final List<Long> ids = new ArrayList<>();
    private final List<Long> features = new ArrayList<>();
    private final List<String> modes = new ArrayList<>();
    private final List<Float> values = new ArrayList<>();
    private final List<Long> trueIds = new ArrayList<>();
    private final List<Long> falseIds = new ArrayList<>();
    private final List<Long> leafTrees = new ArrayList<>();
    private final List<Long> leafIds = new ArrayList<>();
    private final List<Float> leafWeights = new ArrayList<>();

    private BoostedTrees(SplittableRandom random) {
        this.random = random;
        for (float[] row : table) {
            for (int f = 0; f < FEATURES; f++) {
                row[f] = (float) random.nextGaussian();
            }
        }
    }

    /** Writes the model; equal calls write equal files. */
    static void write(Path file) throws IOException {
        var trees = new BoostedTrees(new SplittableRandom("trees".hashCode()));
        for (int t = 0; t < TREES; t++) {
            trees.grow(t, 0, 0, List.of(trees.table));
        }
        var graph = GraphProto.newBuilder().setName("trees").addInput(port("input", FEATURES)).addNode(trees.node())
                .addOutput(port("variable", 1));
        var model = ModelProto.newBuilder().setIrVersion(IR_VERSION).setProducerName("Sinter").setGraph(graph)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(15))
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(DOMAIN).setVersion(3)).build();
        try (var out = Files.newOutputStream(file)) {
            model.writeTo(out);
        }
    }

    /** An input or output of any number of rows. */
    private static ValueInfoProto port(String name, int columns) {
        var shape = TensorShapeProto.newBuilder();
        shape.addDimBuilder().setDimParam("batch");
        shape.addDimBuilder().setDimValue(columns);
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(
                TypeProto.Tensor.newBuilder().setElemType(DataType.FLOAT_VALUE).setShape(shape))).build();
    }

    /** Nodes of a tree are numbered as in a heap: the children of i are 2i + 1 and 2i + 2. */
    private void grow(int tree, int node, int depth, List<float[]> rows) {
        boolean leaf = depth == DEPTH;
        int feature = leaf ? 0 : random.nextInt(FEATURES);
        float threshold = leaf ? 0 : threshold(feature, rows);
        trees.add((long) tree);
        ids.add((long) node);
        features.add((long) feature);
        modes.add(leaf ? "LEAF" : "BRANCH_LT");
        values.add(threshold);
        trueIds.add(leaf ? 0L : 2L * node + 1);
        falseIds.add(leaf ? 0L : 2L * node + 2);
        if (leaf) {
            leafTrees.add((long) tree);
            leafIds.add((long) node);
            leafWeights.add((float) (LEAF * random.nextGaussian()));
            return;
        }
        grow(tree, 2 * node + 1, depth + 1, rows.stream().filter(r -> r[feature] < threshold).toList());
        grow(tree, 2 * node + 2, depth + 1, rows.stream().filter(r -> !(r[feature] < threshold)).toList());
    }

    private float threshold(int feature, List<float[]> rows) {
        if (rows.isEmpty()) {
            return (float) random.nextGaussian();
        }
        var column = new ArrayList<Float>();
        rows.forEach(r -> column.add(r[feature]));
        Collections.sort(column);
        return column.get(column.size() / 4 + random.nextInt(column.size() / 2 + 1) * (column.size() > 1 ? 1 : 0));
    }

    private NodeProto node() {
        return NodeProto.newBuilder().setName("TreeEnsembleRegressor").setOpType("TreeEnsembleRegressor")
                .setDomain(DOMAIN).addInput("input").addOutput("variable").addAllAttribute(List.of(
                        Attribute.of("n_targets", 1),
                        Attribute.of("post_transform", "NONE"),
                        Attribute.reals("base_values", List.of(BASE)),
                        Attribute.integers("nodes_treeids", longs(trees)),
                        Attribute.integers("nodes_nodeids", longs(ids)),
                        Attribute.integers("nodes_featureids", longs(features)),
                        Attribute.texts("nodes_modes", modes),
                        Attribute.reals("nodes_values", values),
                        Attribute.integers("nodes_truenodeids", longs(trueIds)),
                        Attribute.integers("nodes_falsenodeids", longs(falseIds)),
                        Attribute.integers("nodes_missing_value_tracks_true", new long[ids.size()]),
                        Attribute.reals("nodes_hitrates", Collections.nCopies(ids.size(), 1f)),
                        Attribute.integers("target_treeids", longs(leafTrees)),
                        Attribute.integers("target_nodeids", longs(leafIds)),
                        Attribute.integers("target_ids", new long[leafIds.size()]),
                        Attribute.reals("target_weights", leafWeights)))
                .build();
    }

    private static long[] longs(List<Long> list) {
        return list.stream().mapToLong(Long::longValue).toArray();
    }
}
