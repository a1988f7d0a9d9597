package dev.sinter.benchmarks;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Outputs;
import dev.sinter.runtime.Session;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sinter through its public face: a model and one session. */
final class SinterSide implements Side {
    private final Model model;
    private final Session session;
    private @Nullable Outputs outputs;

    /**
     * Takes a model over.
     *
     * @param model a model, closed with this
     * @param feeds its inputs
     */
    SinterSide(Model model, List<Feed> feeds) {
        this.model = model;
        this.session = model.newSession();
        for (Feed feed : feeds) {
            session.set(feed.name(), tensor(feed));
        }
    }

    /**
     * An input as Sinter takes it.
     *
     * @param feed the input
     * @return a tensor over a fresh array
     */
    static Tensor tensor(Feed feed) {
        return Tensor.of(DType.valueOf(feed.element().name()), feed.array(), feed.shape());
    }

    /**
     * The tensors of numbers among some outputs.
     *
     * @param outputs a run's outputs
     * @return a fresh array for each, by name
     */
    static Map<String, double[]> numbers(Map<String, Value> outputs) {
        var numbers = new HashMap<String, double[]>();
        outputs.forEach((name, value) -> {
            if (value instanceof Tensor t && t.dtype() != DType.STRING) {
                numbers.put(name, t.toDoubles());
            }
        });
        return numbers;
    }

    @Override
    public void run() {
        outputs = session.run();
    }

    @Override
    public Map<String, double[]> outputs() {
        if (outputs == null) {
            throw new IllegalStateException("no run yet");
        }
        return numbers(outputs);
    }

    @Override
    public void close() {
        model.close();
    }
}
