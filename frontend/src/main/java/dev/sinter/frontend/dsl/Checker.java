package dev.sinter.frontend.dsl;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks what can be known of a text without laying it out, in functions that nobody calls, too: names, arguments of
 * calls, statements where they have no place, calls in circles.
 */
final class Checker {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private final Module module;
    /** Functions of this text that a function calls, and where. */
    private final Map<String, Map<String, Place>> calls = new LinkedHashMap<>();
    private Map<String, Place> called = new LinkedHashMap<>();

    private Checker(Module module) {
        this.module = module;
    }

    /**
     * Complains of the first thing that is wrong.
     *
     * @throws DslException
     *             if something is
     */
    static void check(Module module) {
        var checker = new Checker(module);
        for (var function : module.unit().functions()) {
            checker.function(function);
        }
        checker.circles();
        for (var model : module.unit().models()) {
            checker.block(model.body(), new Names(null), model.body(), true);
        }
    }

    /** Names of a block, and of the blocks around it. */
    private record Names(@Nullable Names outer, Map<String, Place> own) {
        Names(@Nullable Names outer) {
            this(outer, new HashMap<>());
        }

        boolean has(String name) {
            return own.containsKey(name) || outer != null && outer.has(name);
        }

        Set<String> all() {
            var all = outer == null ? new TreeSet<String>() : outer.all();
            all.addAll(own.keySet());
            return all;
        }

        void add(Ast.Name name) {
            var earlier = own.putIfAbsent(name.text(), name.place());
            if (earlier != null) {
                throw new DslException(name.place(), "a second '" + name + "' in this block; the first is in line "
                        + earlier.line() + ", and '" + name + " = ...' without 'let' gives it another value");
            }
        }
    }

    private void function(Ast.Function f) {
        called = calls.computeIfAbsent(f.name().text(), n -> new LinkedHashMap<>());
        var names = new Names(null);
        for (var formal : f.formals()) {
            if (names.own().containsKey(formal.name().text())) {
                throw new DslException(formal.name().place(), "a second parameter '" + formal.name() + "' of "
                        + f.name());
            }
            if (formal.otherwise() != null) {
                expression(formal.otherwise(), names, List.of());
            }
            kind(formal, names);
            names.own().put(formal.name().text(), formal.name().place());
        }
        block(f.body(), names, f.body(), false);
        f.results().forEach(r -> sizes(r, names));
    }

    private void kind(Ast.Formal formal, Names names) {
        if (formal.kind() instanceof Ast.NamedKind(var name) && !Calls.KINDS.contains(name.text())) {
            throw new DslException(name.place(), "unknown kind '" + name + "'"
                    + Suggestions.nearOrAll(name.text(), Calls.KINDS));
        }
        if (formal.kind() instanceof Ast.TensorPattern pattern) {
            for (var axis : pattern.axes()) {
                if (axis.size() instanceof Ast.Reference(var name) && !names.has(name.text())) {
                    names.own().put(name.text(), name.place());
                } else if (axis.size() != null) {
                    expression(axis.size(), names, List.of());
                }
            }
        }
    }

    private void sizes(Ast.TensorPattern pattern, Names names) {
        for (var axis : pattern.axes()) {
            if (axis.size() != null) {
                expression(axis.size(), names, List.of());
            }
        }
    }

    /** Checks statements in order; {@code whole} is the body they are in, for names that come later. */
    private void block(List<Ast.Statement> statements, Names names, List<Ast.Statement> whole, boolean model) {
        for (int i = 0; i < statements.size(); i++) {
            var statement = statements.get(i);
            if (statement instanceof Ast.Return && i + 1 < statements.size()) {
                throw new DslException(statements.get(i + 1).place(),
                        "nothing is run behind 'return'; the end of the block was expected");
            }
            placed(statement, model);
            statement(statement, names, whole, model);
        }
    }

    private static void placed(Ast.Statement statement, boolean model) {
        var only = switch (statement) {
            case Ast.DimDeclaration d -> "dim";
            case Ast.Input i -> "input";
            case Ast.State s -> "state";
            case Ast.Output o -> "output";
            case Ast.Weights w -> "weights";
            case Ast.Annotate a -> "annotate";
            case Ast.Initialize i -> "initialize";
            default -> null;
        };
        if (only != null && !model) {
            throw new DslException(statement.place(), "'" + only + "' has its place in a model, not in a function");
        }
        if (statement instanceof Ast.Return && model) {
            throw new DslException(statement.place(),
                    "'return' has its place in a function; a model's results are 'output name = value'");
        }
    }

    private void statement(Ast.Statement statement, Names names, List<Ast.Statement> whole, boolean model) {
        switch (statement) {
            case Ast.DimDeclaration d -> {
                optional(d.least(), names, whole);
                optional(d.most(), names, whole);
                names.add(d.name());
            }
            case Ast.Input i -> {
                optional(i.port(), names, whole);
                pattern(i.type(), names, whole);
                names.add(i.name());
            }
            case Ast.State s -> {
                optional(s.from(), names, whole);
                optional(s.to(), names, whole);
                pattern(s.type(), names, whole);
                names.add(s.name());
            }
            case Ast.Param p -> {
                optional(p.called(), names, whole);
                pattern(p.type(), names, whole);
                optional(p.initial(), names, whole);
                names.own().put(p.name().text(), p.name().place());
            }
            case Ast.Weights w -> {
                // names of a file are checked when it is read
            }
            case Ast.Annotate a -> {
                // patterns are checked when all parameters are known
            }
            case Ast.Initialize i -> expression(i.value(), names, whole);
            case Ast.Let let -> let(let, names, whole);
            case Ast.Output o -> {
                expression(o.port(), names, whole);
                expression(o.value(), names, whole);
            }
            case Ast.Repeat r -> repeat(r, names, whole, model);
            case Ast.Choose c -> {
                expression(c.condition(), names, whole);
                block(c.yes(), new Names(names), whole, model);
                block(c.no(), new Names(names), whole, model);
            }
            case Ast.Require r -> {
                expression(r.condition(), names, whole);
                expression(r.message(), names, whole);
            }
            case Ast.Return r -> r.values().forEach(v -> expression(v, names, whole));
        }
    }

    private void repeat(Ast.Repeat r, Names names, List<Ast.Statement> whole, boolean model) {
        expression(r.count(), names, whole);
        var inner = new Names(names);
        inner.add(r.index());
        optional(r.named(), inner, whole);
        block(r.body(), inner, whole, model);
    }

    private void let(Ast.Let let, Names names, List<Ast.Statement> whole) {
        expression(let.value(), names, whole);
        if (let.type() != null) {
            pattern(let.type(), names, whole);
        }
        for (var name : let.names()) {
            if (let.declares()) {
                names.add(name);
            } else if (!names.has(name.text())) {
                throw new DslException(name.place(), "unknown name '" + name + "'"
                        + (Suggestions.near(name.text(), names.all()).isEmpty()
                                ? "; 'let " + name + " = ...' makes a new one"
                                : Suggestions.near(name.text(), names.all())));
            }
        }
    }

    /** Sizes of a type; its element type is checked when it is laid out. */
    private void pattern(Ast.TensorPattern pattern, Names names, List<Ast.Statement> whole) {
        for (var axis : pattern.axes()) {
            optional(axis.size(), names, whole);
        }
    }

    private void optional(Ast.@Nullable Expression expression, Names names, List<Ast.Statement> whole) {
        if (expression != null) {
            expression(expression, names, whole);
        }
    }

    private void expression(Ast.Expression expression, Names names, List<Ast.Statement> whole) {
        switch (expression) {
            case Ast.Reference(var name) -> reference(name, names, whole);
            case Ast.Call call -> call(call, names, whole);
            case Ast.Text text -> text(text, names);
            case Ast.Listing list -> list.elements().forEach(e -> expression(e, names, whole));
            case Ast.Prefix p -> expression(p.operand(), names, whole);
            case Ast.Binary b -> {
                expression(b.left(), names, whole);
                expression(b.right(), names, whole);
            }
            case Ast.Either e -> {
                expression(e.condition(), names, whole);
                expression(e.yes(), names, whole);
                expression(e.no(), names, whole);
            }
            case Ast.Selection s -> {
                expression(s.of(), names, whole);
                s.indices().forEach(i -> index(i, names, whole));
            }
            case Ast.Member m -> expression(m.of(), names, whole);
            case Ast.Int i -> {
                // says itself what it is, as the others below
            }
            case Ast.Real r -> {
            }
            case Ast.Block b -> {
            }
            case Ast.Truth t -> {
            }
            case Ast.None n -> {
            }
        }
    }

    private void index(Ast.Index index, Names names, List<Ast.Statement> whole) {
        switch (index) {
            case Ast.At at -> expression(at.position(), names, whole);
            case Ast.Range r -> {
                optional(r.from(), names, whole);
                optional(r.to(), names, whole);
                optional(r.by(), names, whole);
            }
            case Ast.Rest r -> {
            }
            case Ast.NewAxis n -> {
            }
        }
    }

    private void reference(Ast.Name name, Names names, List<Ast.Statement> whole) {
        var text = name.text();
        if (names.has(text) || KnownNames.constant(text) != null) {
            return;
        }
        if (module.find(text) != null) {
            called.putIfAbsent(text, name.place());
            return;
        }
        var later = later(text, whole);
        if (later != null) {
            throw new DslException(name.place(), "'" + text + "' is used before it has a value, which it gets in line "
                    + later.line());
        }
        var known = names.all();
        known.addAll(module.names());
        known.addAll(KnownNames.numbers());
        throw new DslException(name.place(), "unknown name '" + text + "'" + Suggestions.near(text, known));
    }

    /** Where a name is declared in a body, or null. */
    private static @Nullable Place later(String name, List<Ast.Statement> statements) {
        for (var statement : statements) {
            var found = switch (statement) {
                case Ast.Let let when let.declares() -> let.names().stream().filter(n -> n.text().equals(name))
                        .map(Ast.Name::place).findFirst().orElse(null);
                case Ast.Input i -> i.name().text().equals(name) ? i.place() : null;
                case Ast.Param p -> p.name().text().equals(name) ? p.place() : null;
                case Ast.DimDeclaration d -> d.name().text().equals(name) ? d.place() : null;
                default -> null;
            };
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private void call(Ast.Call call, Names names, List<Ast.Statement> whole) {
        call.arguments().forEach(a -> expression(a.value(), names, whole));
        optional(call.label(), names, whole);
        var name = call.name().text();
        if (names.has(name)) {
            return;
        }
        var target = module.find(name);
        if (target == null) {
            var known = module.names();
            throw new DslException(call.name().place(),
                    "unknown function '" + name + "'" + Suggestions.near(name, known));
        }
        var given = Binding.bind(target.callee(), call, DslException::new);
        if (target.callee() instanceof Ast.Primitive p && p.operator().equals("load")
                && !(given.get("file") instanceof Ast.Text)) {
            throw new DslException(call.place(),
                    "the name of a file was expected as a text such as \"layer{i}.npy\", so"
                            + " that it can be seen what a model reads");
        }
        called.putIfAbsent(name, call.name().place());
    }

    private static void text(Ast.Text text, Names names) {
        var matcher = Evaluation.PLACEHOLDER.matcher(text.value());
        while (matcher.find()) {
            var name = matcher.group(1);
            if (!NAME.matcher(name).matches() || !names.has(name)) {
                throw new DslException(text.place(), "unknown name '" + name + "' in braces"
                        + Suggestions.near(name, names.all()));
            }
        }
    }

    /** Functions that call themselves would never end. */
    private void circles() {
        var finished = new HashSet<String>();
        for (var function : calls.keySet()) {
            follow(function, new ArrayList<>(), finished);
        }
    }

    private void follow(String function, List<String> path, Set<String> finished) {
        if (finished.contains(function) || path.size() > 1000) {
            return;
        }
        path.add(function);
        for (var call : calls.getOrDefault(function, Map.of()).entrySet()) {
            int start = path.indexOf(call.getKey());
            if (start >= 0) {
                var circle = new ArrayList<>(path.subList(start, path.size()));
                circle.add(call.getKey());
                throw new DslException(call.getValue(), "'" + call.getKey() + "' calls itself: "
                        + String.join(" -> ", circle) + "; only 'repeat' repeats");
            }
            if (calls.containsKey(call.getKey())) {
                follow(call.getKey(), path, finished);
            }
        }
        path.removeLast();
        finished.add(function);
    }
}
