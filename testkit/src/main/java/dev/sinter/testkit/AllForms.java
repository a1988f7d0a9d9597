package dev.sinter.testkit;

import dev.sinter.Compilation;
import dev.sinter.runtime.Form;
import dev.sinter.runtime.MapValue;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.OptionalValue;
import dev.sinter.runtime.Outputs;
import dev.sinter.runtime.RunOptions;
import dev.sinter.runtime.SequenceValue;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One model in every form: scalar and all vector widths, one and several threads, compiled into this JVM and loaded from
 * a jar. All must give the same bits. Several threads run in checked mode, in which they share all they can.
 */
public final class AllForms implements AutoCloseable {
    private record Variant(String name, Model model) {
    }

    private final List<Variant> variants = new ArrayList<>();
    private final @Nullable Path jar;

    private AllForms(@Nullable Path jar) {
        this.jar = jar;
    }

    /**
     * All forms, just in time and from a jar.
     *
     * @param compilation
     *            a compiled model
     * @return its forms, open
     * @throws IOException
     *             if no temporary jar can be written
     */
    public static AllForms of(Compilation compilation) throws IOException {
        return opened(compilation, true);
    }

    /**
     * Fewer variants, for large models: every form, each number of threads, just in time and from a jar, but not all
     * combinations of them.
     *
     * @param compilation
     *            a compiled model
     * @return its forms, open
     * @throws IOException
     *             if no temporary jar can be written
     */
    public static AllForms covering(Compilation compilation) throws IOException {
        return opened(compilation, false);
    }

    private static AllForms opened(Compilation compilation, boolean all) throws IOException {
        var jar = Files.createTempFile("sinter-forms-", ".jar");
        var forms = new AllForms(jar);
        try {
            compilation.writeJar(jar);
            for (var form : Form.values()) {
                for (int threads : new int[]{1, 2 + form.ordinal() % 3}) {
                    // Half of a square: neighbouring forms change threads and origin together.
                    boolean even = (form.ordinal() + Math.min(threads, 2)) % 2 == 0;
                    forms.open(compilation, form, threads, all || even, all || !even && threads > 1);
                }
            }
            return forms;
        } catch (RuntimeException | Error e) {
            forms.close();
            throw e;
        }
    }

    private void open(Compilation compilation, Form form, int threads, boolean justInTime, boolean fromJar) {
        var options = RunOptions.defaults().withForm(form).withThreads(threads).withChecked(threads > 1);
        var name = form + ", " + threads + (threads == 1 ? " thread" : " threads");
        if (justInTime) {
            variants.add(new Variant(name + ", just in time", compilation.define(options)));
        }
        if (fromJar) {
            variants.add(new Variant(name + ", from the jar", Model.load(Objects.requireNonNull(jar), options)));
        }
    }

    /** {@return the number of variants that each run compares} */
    public int count() {
        return variants.size();
    }

    /**
     * The model in one form, just in time, with one thread.
     *
     * @param form
     *            which
     * @return the model; closed with this
     */
    public Model model(Form form) {
        return variants.stream().map(Variant::model).filter(m -> m.form() == form).findFirst().orElseThrow();
    }

    /**
     * Runs every variant.
     *
     * @param inputs
     *            by name
     * @return the outputs, the same in all of them
     * @throws AssertionError
     *             if a variant gives other bits; it names the first that does
     */
    public Outputs run(Map<String, ? extends Value> inputs) {
        var first = variants.getFirst();
        var want = first.model().run(inputs);
        for (var variant : variants.subList(1, variants.size())) {
            var got = variant.model().run(inputs);
            want.forEach((name, value) -> {
                if (!sameBits(value, got.get(name))) {
                    var difference = new Comparison(Tolerance.EXACT);
                    difference.add(name, got.get(name), value);
                    throw new AssertionError("output " + name + " of (" + variant.name()
                            + ") differs in its bits from (" + first.name() + "): " + difference.differences());
                }
            });
        }
        return want;
    }

    /**
     * Whether two values are equal bit for bit; all NaNs of different bits differ, as do zeros of different signs.
     *
     * @param a
     *            one
     * @param b
     *            the other
     * @return whether types, shapes and all bits agree
     */
    public static boolean sameBits(Value a, @Nullable Value b) {
        return switch (a) {
            case Tensor x when b instanceof Tensor y ->
                    x.dtype() == y.dtype() && Arrays.equals(x.shape(), y.shape()) && sameElements(x, y);
            case SequenceValue(var x) when b instanceof SequenceValue(var y) -> sameBits(x, y);
            case OptionalValue(var x) when b instanceof OptionalValue(var y) ->
                    sameBits(x.stream().toList(), y.stream().toList());
            case MapValue(var x) when b instanceof MapValue(var y) -> x.keySet().equals(y.keySet())
                    && x.entrySet().stream().allMatch(e -> sameBits(e.getValue(), y.get(e.getKey())));
            default -> false;
        };
    }

    private static boolean sameBits(List<Value> a, List<Value> b) {
        boolean same = a.size() == b.size();
        for (int i = 0; same && i < a.size(); i++) {
            same = sameBits(a.get(i), b.get(i));
        }
        return same;
    }

    private static boolean sameElements(Tensor a, Tensor b) {
        if (a.array() instanceof String[]) {
            return Arrays.equals(a.toStrings(), b.toStrings());
        }
        return Arrays.equals(LittleEndian.bytes(a), LittleEndian.bytes(b));
    }

    /** Closes all models and deletes the jar. */
    @Override
    public void close() throws IOException {
        variants.forEach(v -> v.model().close());
        if (jar != null) {
            Files.deleteIfExists(jar);
        }
    }
}
