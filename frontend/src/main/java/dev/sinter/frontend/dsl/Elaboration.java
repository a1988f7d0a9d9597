package dev.sinter.frontend.dsl;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Graph;
import dev.sinter.ir.GraphBuilder;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model being laid out: its statements are run once, functions in the place of their calls and repetitions as often
 * as they say, and what remains are the nodes of a graph. Limits keep texts that would never end from doing so.
 */
final class Elaboration {
    private static final long MOST_STEPS = 4_000_000;
    private static final int MOST_NODES = 400_000;

    private final Ast.Model model;
    private final Module module;
    private final Map<String, Long> fixed;
    private final GraphBuilder builder;
    private final Parameters parameters;
    private final Evaluation evaluation = new Evaluation(this);
    private final Map<String, Place> inputs = new LinkedHashMap<>();
    private final Map<String, Value> outputs = new LinkedHashMap<>();
    private final Map<String, Value> states = new LinkedHashMap<>();
    private final Map<String, Item.State> open = new LinkedHashMap<>();
    private final Map<String, Place> outputPlaces = new LinkedHashMap<>();
    private final Set<String> declared = new LinkedHashSet<>();
    private long steps;
    private int nodes;

    Elaboration(Ast.Model model, Module module, Map<String, Long> fixed, Symbols symbols, Parameters parameters) {
        this.model = model;
        this.module = module;
        this.fixed = fixed;
        this.builder = new GraphBuilder(model.name().text(), symbols, 0);
        this.parameters = parameters;
    }

    /** The model's graph. */
    Graph run() {
        var frame = Frame.ofModel(module);
        new Statements(this, evaluation).run(model.body(), frame);
        for (var state : open.values()) {
            throw new DslException(state.place(), "state '" + state.output()
                    + "' is never appended to; append(state, x) makes its output");
        }
        if (outputs.isEmpty()) {
            throw new DslException(model.name().place(), "model '" + model.name()
                    + "' has no output; at least one 'output name = value' was expected");
        }
        var unknown = new LinkedHashSet<>(fixed.keySet());
        unknown.removeAll(declared);
        if (!unknown.isEmpty()) {
            var name = unknown.iterator().next();
            throw new DslException(model.name().place(), "dimension '" + name + "' was fixed, but the model's are "
                    + declared + Suggestions.near(name, declared));
        }
        parameters.checkRules(frame);
        outputs.forEach(builder::output);
        states.forEach(builder::output);
        return builder.build();
    }

    GraphBuilder builder() {
        return builder;
    }

    Symbols symbols() {
        return builder.symbols();
    }

    Evaluation evaluation() {
        return evaluation;
    }

    Parameters parameters() {
        return parameters;
    }

    /** Counts work, so that a text that would never end is told so. */
    void step(Place place, Frame frame) {
        if (++steps > MOST_STEPS) {
            throw frame.error(place, "laying out the model takes more than " + MOST_STEPS
                    + " steps up to here; repetitions multiply");
        }
    }

    /** Counts nodes. */
    void node(Place place, Frame frame) {
        if (++nodes > MOST_NODES) {
            throw frame.error(place, "the model has more than " + MOST_NODES + " operations up to here");
        }
    }

    /** A size of the model: a symbol, or what the caller fixed it to. */
    Dim dimension(String name, Symbols.Bounds bounds, Place place, Frame frame) {
        if (!declared.add(name)) {
            throw frame.error(place, "dimension '" + name + "' is declared twice");
        }
        var size = fixed.get(name);
        if (size == null) {
            builder.symbols().declare(name, bounds);
            return Dim.sym(name);
        }
        if (size < bounds.min() || size > bounds.max()) {
            throw frame.error(place, "dimension '" + name + "' was fixed to " + size + ", but it is at least "
                    + bounds.min() + " and at most " + bounds.max());
        }
        return Dim.of(size);
    }

    Value input(String port, TensorType type, Place place, Frame frame) {
        var earlier = inputs.putIfAbsent(port, place);
        if (earlier != null) {
            throw frame.error(place, "a second input \"" + port + "\"; the first is in line " + earlier.line());
        }
        return builder.input(port, type);
    }

    /** Remembers a state, which must be appended to. */
    void open(Item.State state, Frame frame) {
        if (open.put(state.output(), state) != null) {
            throw frame.error(state.place(), "a second state with output \"" + state.output() + "\"");
        }
    }

    /** A state's output; null where it was appended to before. */
    Item.@Nullable State close(Item.State state, Value joined, Place place, Frame frame) {
        var known = open.remove(state.output());
        if (known != null) {
            reserve(state.output(), place, frame);
            states.put(state.output(), joined);
        }
        return known;
    }

    void output(String port, Item.Tensor tensor, Place place, Frame frame) {
        reserve(port, place, frame);
        outputs.put(port, tensor.operand().value(builder, Origin.NONE));
    }

    private void reserve(String port, Place place, Frame frame) {
        var earlier = outputPlaces.putIfAbsent(port, place);
        if (earlier != null) {
            throw frame.error(place, "a second output \"" + port + "\"; the first is in line " + earlier.line());
        }
    }
}
