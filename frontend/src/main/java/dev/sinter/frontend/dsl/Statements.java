package dev.sinter.frontend.dsl;

import dev.sinter.frontend.onnx.ops.Operand;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Symbols;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs statements. */
final class Statements {
    private static final int MOST_ROUNDS = 100_000;
    /** Names that the text form of sizes gives another meaning. */
    private static final Set<String> TAKEN = Set.of("min", "max", "any");

    private final Elaboration model;
    private final Evaluation evaluation;

    Statements(Elaboration model, Evaluation evaluation) {
        this.model = model;
        this.evaluation = evaluation;
    }

    /** What the statements return, or null if they don't. */
    @Nullable
    Item run(List<Ast.Statement> statements, Frame frame) {
        for (var statement : statements) {
            model.step(statement.place(), frame);
            var result = run(statement, frame);
            if (result != null) {
                return result;
            }
        }
        return null;
    }

    private @Nullable Item run(Ast.Statement statement, Frame frame) {
        switch (statement) {
            case Ast.DimDeclaration d -> dimension(d, frame);
            case Ast.Input i -> input(i, frame);
            case Ast.State s -> state(s, frame);
            case Ast.Param p -> frame.define(p.name().text(), model.parameters().parameter(p, frame, model));
            case Ast.Weights w -> model.parameters().weights(w, frame);
            case Ast.Annotate a -> model.parameters().annotate(a, frame, model);
            case Ast.Initialize i -> model.parameters().initialize(i, frame, model);
            case Ast.Let let -> let(let, frame);
            case Ast.Output o -> output(o, frame);
            case Ast.Require r -> {
                if (!evaluation.truth(r.condition(), frame)) {
                    throw frame.error(r.place(), evaluation.interpolated(r.message(), frame));
                }
            }
            case Ast.Repeat r -> {
                return repeat(r, frame);
            }
            case Ast.Choose c -> {
                return run(evaluation.truth(c.condition(), frame) ? c.yes() : c.no(), frame.block());
            }
            case Ast.Return r -> {
                var values = r.values().stream().map(v -> evaluation.evaluate(v, frame)).toList();
                return values.size() == 1 ? values.getFirst() : new Item.Items(values);
            }
        }
        return null;
    }

    private void dimension(Ast.DimDeclaration d, Frame frame) {
        if (TAKEN.contains(d.name().text())) {
            throw frame.error(d.place(), "a dimension can't be called '" + d.name() + "'");
        }
        long least = d.least() == null ? Symbols.Bounds.ANY.min() : bound(d.least(), frame);
        long most = d.most() == null ? Symbols.Bounds.ANY.max() : bound(d.most(), frame);
        if (least > most) {
            throw frame.error(d.place(),
                    "dimension '" + d.name() + "' has no size: at least " + least + ", at most " + most);
        }
        frame.define(d.name().text(), new Item.Size(
                model.dimension(d.name().text(), new Symbols.Bounds(least, most), d.place(), frame)));
    }

    private long bound(Ast.Expression bound, Frame frame) {
        long value = evaluation.constant(bound, frame);
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw frame.error(bound.place(), "a size from 0 to " + Integer.MAX_VALUE + " was expected, not " + value);
        }
        return value;
    }

    private void input(Ast.Input i, Frame frame) {
        var port = i.port() == null ? i.name().text() : evaluation.interpolated(i.port(), frame);
        var type = evaluation.shapes().type(i.type(), frame);
        frame.define(i.name().text(), new Item.Tensor(Operand.of(model.input(port, type, i.place(), frame))));
    }

    private void state(Ast.State s, Frame frame) {
        var type = evaluation.shapes().type(s.type(), frame);
        var along = frame.find(s.along().text());
        if (!(along instanceof Item.Size(var size))) {
            throw frame.error(s.along().place(), "a dimension of the model was expected, not '" + s.along() + "'"
                    + Suggestions.near(s.along().text(), frame.names()));
        }
        int axis = type.shape().dims().indexOf(size);
        if (axis < 0 || type.shape().dims().lastIndexOf(size) != axis) {
            throw frame.error(s.along().place(), "'" + s.along() + "' was expected to be one axis of " + type);
        }
        var from = s.from() == null ? s.name().text() : evaluation.interpolated(s.from(), frame);
        var to = s.to() == null ? s.name().text() + "_next" : evaluation.interpolated(s.to(), frame);
        var value = model.input(from, type, s.place(), frame);
        var state = new Item.State(Operand.of(value), axis, to, s.place());
        model.open(state, frame);
        frame.define(s.name().text(), state);
    }

    private void let(Ast.Let let, Frame frame) {
        var value = evaluation.evaluate(let.value(), frame);
        if (let.type() != null) {
            evaluation.shapes().check(let.type(), value, let.value().place(), frame);
        }
        var values = new ArrayList<Item>();
        if (let.names().size() == 1) {
            values.add(value);
        } else if (value instanceof Item.Items(var parts) && parts.size() == let.names().size()) {
            values.addAll(parts);
        } else {
            throw frame.error(let.value().place(), let.names().size() + " values were expected for "
                    + let.names().size() + " names, not " + value.describe());
        }
        for (int i = 0; i < values.size(); i++) {
            var name = let.names().get(i);
            if (let.declares()) {
                frame.define(name.text(), values.get(i));
            } else if (!frame.assign(name.text(), values.get(i))) {
                throw frame.error(name.place(), "'" + name + "' has no value yet that could be replaced");
            }
        }
    }

    private void output(Ast.Output o, Frame frame) {
        var value = evaluation.evaluate(o.value(), frame);
        if (!(value instanceof Item.Tensor tensor)) {
            throw frame.error(o.value().place(), "a tensor was expected as output, not " + value.describe());
        }
        model.output(evaluation.interpolated(o.port(), frame), tensor, o.place(), frame);
    }

    private @Nullable Item repeat(Ast.Repeat r, Frame frame) {
        long rounds = evaluation.constant(r.count(), frame);
        if (rounds < 0 || rounds > MOST_ROUNDS) {
            throw frame.error(r.count().place(),
                    "a repetition of 0 to " + MOST_ROUNDS + " rounds was expected, not " + rounds);
        }
        for (long i = 0; i < rounds; i++) {
            var index = new Item.Size(Dim.of(i));
            String part = r.index().text() + "." + i;
            if (r.named() != null) {
                var names = frame.block();
                names.define(r.index().text(), index);
                part = evaluation.interpolated(r.named(), names);
            }
            var round = frame.block(part);
            round.define(r.index().text(), index);
            var result = run(r.body(), round);
            if (result != null) {
                return result;
            }
        }
        return null;
    }
}
