package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Evaluator;
import dev.sinter.ir.Graph;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.cost.Choices;
import dev.sinter.ir.cost.Costs;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** What the tests of this package share: pipelines of one rule, operands at random, evaluation. */
final class Golden {
    private static final Map<String, Long> SIZES = Map.of("B", 2L, "S", 3L, "T", 5L);

    private Golden() {
    }

    /** The passes that change rounding among them. */
    static Pipeline everything() {
        return Pipeline.of(new Choices(Costs.ESTIMATED), PassOptions.DEFAULT.withFastMath(true));
    }

    /** The standard pipeline, or one pass of one rule. */
    static Pipeline pipeline(String name) {
        if (name.equals("pipeline")) {
            return Pipeline.standard();
        }
        for (var pass : everything().passes()) {
            for (var rule : pass.rules()) {
                if (rule.name().equals(name)) {
                    return new Pipeline(
                            List.of(new Pass(name, "under test", pass.order(), List.of(rule))));
                }
            }
        }
        throw new IllegalArgumentException("no rule is named " + name);
    }

    static Map<String, TensorData> evaluate(Graph graph, long seed) {
        var random = new Random(seed);
        var operands = new LinkedHashMap<String, TensorData>();
        for (var input : graph.inputs()) {
            var type = input.value().tensor();
            var dims = type.shape().dims().stream().mapToLong(Golden::size).toArray();
            operands.put(input.name(), operand(type.dtype(), dims, random));
        }
        return Evaluator.evaluate(graph, operands, Golden::library);
    }

    /** The only routine of these tests, test.positive: the elements above 0. */
    private static List<TensorData> library(String routine, Map<String, String> arguments,
            List<TensorData> inputs) {
        var x = inputs.getFirst();
        var chosen = IntStream.range(0, x.size()).filter(i -> x.getDouble(i) > 0).toArray();
        var result = TensorData.zeros(x.dtype(), chosen.length);
        for (int i = 0; i < chosen.length; i++) {
            result.set(i, x.getDouble(chosen[i]));
        }
        return List.of(result);
    }

    private static long size(Dim dim) {
        return dim.evaluate(SIZES);
    }

    private static TensorData operand(DType dtype, long[] dims, Random random) {
        var data = TensorData.zeros(dtype, dims);
        for (int i = 0; i < data.size(); i++) {
            if (dtype.isFloat()) {
                data.set(i, random.nextInt(8) == 0 ? (random.nextBoolean() ? 0.0 : -0.0) : 2 * random.nextGaussian());
            } else {
                data.set(i, (long) random.nextInt(dtype == DType.BOOL || dtype == DType.I64 ? 2 : 100));
            }
        }
        return data;
    }

    /** Largest difference, relative above 1; infinite where types, shapes or NaN differ. */
    static double difference(TensorData a, TensorData b) {
        if (!a.type().equals(b.type())) {
            return Double.POSITIVE_INFINITY;
        }
        double worst = 0;
        for (int i = 0; i < a.size(); i++) {
            double x = a.getDouble(i);
            double y = b.getDouble(i);
            if (Double.isNaN(x) != Double.isNaN(y)) {
                return Double.POSITIVE_INFINITY;
            }
            if (x != y && !Double.isNaN(x)) {
                worst = Math.max(worst, Math.abs(x - y) / Math.max(1, Math.abs(x)));
            }
        }
        return worst;
    }
}
