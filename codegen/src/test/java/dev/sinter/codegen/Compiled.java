package dev.sinter.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.ir.Evaluator;
import dev.sinter.ir.Graph;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.cost.Choices;
import dev.sinter.ir.cost.Costs;
import dev.sinter.runtime.DType;
import dev.sinter.runtime.Form;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Packing;
import dev.sinter.runtime.RunOptions;
import dev.sinter.runtime.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A graph compiled in all four forms, each run by one thread and by two to four: all must give equal bits. */
public final class Compiled implements AutoCloseable {
    /**
     * How far a result may be from the reference: {@code |got - want| <= atol + rtol * |want|}.
     *
     * @param atol
     *            absolute
     * @param rtol
     *            relative
     */
    public record Tolerance(double atol, double rtol) {
        /** Not at all. */
        public static final Tolerance EXACT = new Tolerance(0, 0);
        /** A few roundings of f32 in another order. */
        public static final Tolerance ROUNDING = new Tolerance(2e-6, 2e-6);
    }

    private final Graph graph;
    private final GeneratedModel generated;
    private final List<Model> models = new ArrayList<>();

    private Compiled(Graph graph, Choices choices) {
        this.graph = graph;
        this.generated =
                CodeGenerator.generate(graph, new CodegenOptions("dev.sinter.generated", "Tested", true), choices);
        for (var form : Form.values()) {
            for (int threads : new int[]{1, 2 + form.ordinal() % 3}) {
                var options = RunOptions.defaults().withForm(form).withThreads(threads).withChecked(true);
                models.add(Model.define(generated.image(), options));
            }
        }
    }

    /** Compiles a graph. */
    public static Compiled of(Graph graph) {
        return of(graph, new Choices(Costs.ESTIMATED));
    }

    /** Compiles a graph with other choices by cost. */
    public static Compiled of(Graph graph, Choices choices) {
        return new Compiled(graph, choices);
    }

    /** What the compiler made. */
    public GeneratedModel generated() {
        return generated;
    }

    /** One model for each form and number of threads. */
    public List<Model> models() {
        return models;
    }

    /** Runs all models; their outputs must be equal bit for bit. */
    public Map<String, TensorData> run(Map<String, TensorData> inputs) {
        Map<String, TensorData> first = null;
        for (var model : models) {
            var outputs = run(model, inputs);
            if (first == null) {
                first = outputs;
            } else {
                assertEqualBits(outputs, first, model + " against " + models.getFirst());
            }
        }
        return first;
    }

    /** Runs all models and the reference evaluation. */
    public Map<String, TensorData> check(Map<String, TensorData> inputs, Tolerance tolerance) {
        var got = run(inputs);
        var wanted = Evaluator.evaluate(graph, inputs);
        assertThat(got.keySet()).containsExactlyElementsOf(wanted.keySet());
        wanted.forEach((name, want) -> assertClose(got.get(name), want, tolerance,
                name + " of\n" + dev.sinter.ir.GraphPrinter.print(graph)));
        return got;
    }

    /** Compiles, checks against the reference, and forgets. */
    public static Map<String, TensorData> checked(Graph graph, Map<String, TensorData> inputs, Tolerance tolerance) {
        try (var compiled = of(graph)) {
            return compiled.check(inputs, tolerance);
        }
    }

    /** Runs one model. */
    public static Map<String, TensorData> run(Model model, Map<String, TensorData> inputs) {
        var outputs = model.run(tensors(inputs));
        var results = new LinkedHashMap<String, TensorData>();
        outputs.forEach((name, value) -> {
            var tensor = (Tensor) value;
            var plain = Packing.isPacked(tensor.dtype())
                    ? Packing.unpack(tensor.dtype(), (byte[]) tensor.array(), (int) tensor.size()) : tensor.array();
            results.put(name,
                    TensorData.of(dev.sinter.ir.DType.of(tensor.dtype().toString()), plain, tensor.shape()));
        });
        return results;
    }

    /** Inputs as the runtime takes them. */
    public static Map<String, Tensor> tensors(Map<String, TensorData> inputs) {
        var tensors = new LinkedHashMap<String, Tensor>();
        inputs.forEach((name, data) -> tensors.put(name,
                tensor(DType.parse(data.dtype().label()), data)));
        return tensors;
    }

    private static Tensor tensor(DType dtype, TensorData data) {
        var array = Packing.isPacked(dtype) ? Packing.pack(dtype, (byte[]) data.array(), data.size()) : data.array();
        return Tensor.of(dtype, array, data.dims());
    }

    static void assertEqualBits(Map<String, TensorData> got, Map<String, TensorData> want, String what) {
        want.forEach((name, w) -> {
            var g = got.get(name);
            assertThat(g.type()).as(what).isEqualTo(w.type());
            if (w.array() instanceof String[] texts) {
                assertThat((String[]) g.array()).as(what).isEqualTo(texts);
                return;
            }
            for (int i = 0; i < numbers(w); i++) {
                if (bits(g, i) != bits(w, i)) {
                    throw new AssertionError(
                            what + ": element " + i + " of output " + name + " " + w.type() + " is " + shown(g, i)
                                    + ", not " + shown(w, i));
                }
            }
        });
    }

    /** Bits of an element; all NaN are alike, as Java leaves open which one an operation gives. */
    private static long bits(TensorData data, int i) {
        return switch (data.array()) {
            case float[] a -> Float.floatToIntBits(a[i]);
            case double[] a -> Double.doubleToLongBits(a[i]);
            default -> data.dtype().isFloat() ? Double.doubleToLongBits(data.getDouble(i)) : data.getLong(i);
        };
    }

    private static int numbers(TensorData data) {
        return data.dtype().kind() == dev.sinter.ir.DType.Kind.COMPLEX ? 2 * data.size() : data.size();
    }

    private static String shown(TensorData data, int i) {
        return data.dtype().isFloat() ? Double.toString(data.getDouble(i)) : Long.toString(data.getLong(i));
    }

    /** Checks a result against the reference. */
    public static void assertClose(TensorData got, TensorData want, Tolerance tolerance, String what) {
        assertThat(got.type()).as(what).isEqualTo(want.type());
        if (want.array() instanceof String[] texts) {
            assertThat((String[]) got.array()).as(what).isEqualTo(texts);
            return;
        }
        for (int i = 0; i < numbers(want); i++) {
            boolean fine;
            if (tolerance.equals(Tolerance.EXACT) || !want.dtype().isFloat()) {
                fine = bits(got, i) == bits(want, i);
            } else {
                double g = got.getDouble(i);
                double w = want.getDouble(i);
                fine = Double.compare(g, w) == 0
                        || Math.abs(g - w) <= tolerance.atol() + tolerance.rtol() * Math.abs(w);
            }
            if (!fine) {
                throw new AssertionError(
                        "element " + i + " is " + shown(got, i) + ", the reference says " + shown(want, i)
                                + ", tolerance " + tolerance + ", output " + what);
            }
        }
    }

    @Override
    public void close() {
        models.forEach(Model::close);
    }
}
