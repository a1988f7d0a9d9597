package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.KernelTable;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Type;
import dev.sinter.ir.Value;
import dev.sinter.ir.cost.Choices;
import dev.sinter.ir.op.Define;
import dev.sinter.ir.op.If;
import dev.sinter.ir.op.Library;
import dev.sinter.ir.op.Loop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Cuts a graph into blocks and the script that runs them. Regions become bodies with blocks of their own; values pass
 * between blocks, routines and bodies through registers.
 */
public final class ScriptPlanner {
    private static final int MAX_NAME = 80;

    private final Graph graph;
    private final Shared shared;
    private final List<PlanBuilder> blocks = new ArrayList<>();
    private final List<Script.Ports> ports = new ArrayList<>();
    private final List<Script.Constant> constants = new ArrayList<>();
    private final List<Script.LibraryCall> calls = new ArrayList<>();
    private final Map<Value, Integer> registers = new HashMap<>();
    private final Map<TensorData, Integer> constantRegisters = new HashMap<>();
    private final Map<String, Symbols.Bounds> bound = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();
    private int registerCount;
    private int nextNumber;

    private ScriptPlanner(Graph graph, boolean winograd, Choices choices) {
        this.graph = graph;
        this.shared = new Shared(winograd, choices);
    }

    /**
     * Plans a model.
     *
     * @param graph
     *            after the passes
     * @param winograd
     *            whether convolutions may be computed by Winograd's algorithm
     * @param choices
     *            makes the choices by cost
     * @return its plan; without a script where it is one block
     * @throws PlanException
     *             if nodes have types no kernel computes with, or shapes of unknown rank; names all of them
     */
    public static ModelPlan plan(Graph graph, boolean winograd, Choices choices) {
        if (!needsScript(graph)) {
            var block = States.withCapacity(graph);
            var plan = Planner.plan(block, winograd, choices);
            return new ModelPlan(block, List.of(plan), plan.weights(), plan.weightBytes(), null);
        }
        return new ScriptPlanner(graph, winograd, choices).run();
    }

    private static boolean needsScript(Graph graph) {
        return graph.nodes().stream().anyMatch(Uses::isScripted)
                || graph.inputs().stream().anyMatch(p -> !isRanked(p.value().type()))
                || graph.outputs().stream().anyMatch(p -> !isRanked(p.value().type()));
    }

    private static boolean isRanked(Type type) {
        return type instanceof TensorType t && t.shape().isRanked();
    }

    private ModelPlan run() {
        graph.inputs().forEach(p -> registers.put(p.value(), registerCount++));
        var scope = new Scope(graph, borderSymbols(graph));
        // those whose symbols the inputs bind are checked at the border
        graph.symbols().equalities().stream().filter(scope::knows).forEach(scope.checked::add);
        var statements = body(graph, scope);
        var outputs = graph.outputs().stream().map(p -> register(p.value())).toList();
        if (!problems.isEmpty()) {
            throw new PlanException(problems);
        }
        var plans = blocks.stream().map(PlanBuilder::build).toList();
        var main = new Statement.Body("script", statements);
        var script = new Script(main, registerCount, outputs, bound, constants, calls, ports);
        return new ModelPlan(graph, plans, shared.weights().items(), shared.weights().bytes(), script);
    }

    /**
     * Symbols that the inputs' dimensions bind, and those that have one possible value.
     *
     * @param graph
     *            a model
     * @return in the order of their declaration
     */
    public static Set<String> borderSymbols(Graph graph) {
        var inputs = new LinkedHashSet<String>();
        for (var input : graph.inputs()) {
            if (isRanked(input.value().type())) {
                input.value().shape().dims().stream().filter(Dim.Sym.class::isInstance)
                        .forEach(d -> inputs.addAll(d.symbols()));
            }
        }
        var known = new LinkedHashSet<String>();
        graph.symbols().bounds().forEach((name, bounds) -> {
            if (inputs.contains(name) || bounds.min() == bounds.max()) {
                known.add(name);
            }
        });
        return known;
    }

    /** What is known at a point of a body. */
    private static final class Scope {
        final Graph region;
        final Set<String> symbols;
        final Set<Symbols.Equality> checked = new LinkedHashSet<>();
        final List<Symbols.Equality> equalities = new ArrayList<>();

        Scope(Graph region, Set<String> symbols) {
            this.region = region;
            this.symbols = new LinkedHashSet<>(symbols);
            this.equalities.addAll(region.symbols().equalities());
        }

        Scope inner(Graph body) {
            var scope = new Scope(body, symbols);
            scope.checked.addAll(checked);
            equalities.stream().filter(e -> !scope.equalities.contains(e)).forEach(scope.equalities::add);
            return scope;
        }

        boolean knows(Dim dim) {
            return symbols.containsAll(dim.symbols());
        }

        boolean knows(Symbols.Equality equality) {
            return knows(equality.left()) && knows(equality.right());
        }

        Symbols.Bounds bounds(String symbol) {
            return region.symbols().bounds().getOrDefault(symbol, Symbols.Bounds.ANY);
        }
    }

    // ---- registers

    private int register(Value value) {
        var data = value.constant();
        if (data != null) {
            return constantRegisters.computeIfAbsent(data, d -> {
                constants.add(new Script.Constant(registerCount, d, shared.weights().plain(d).byteOffset()));
                return registerCount++;
            });
        }
        return registers.computeIfAbsent(value, v -> registerCount++);
    }

    private List<Integer> registers(List<Value> values) {
        return values.stream().map(this::register).toList();
    }

    private static List<Value> values(List<Graph.Port> ports) {
        return ports.stream().map(Graph.Port::value).toList();
    }

    // ---- bodies

    private List<Statement> body(Graph region, Scope scope) {
        var statements = new ArrayList<Statement>();
        require(scope, statements);
        var schedule = new Schedule(region, scope.symbols);
        for (int level = 0; level <= schedule.last(); level++) {
            for (var node : schedule.nodes(level, true)) {
                scripted(node, scope, statements);
                require(scope, statements);
            }
            block(region, schedule.nodes(level, false), scope, statements);
        }
        return statements;
    }

    /** Checks the equalities that can be checked from here on. */
    private static void require(Scope scope, List<Statement> statements) {
        for (var equality : scope.equalities) {
            if (scope.knows(equality) && scope.checked.add(equality)) {
                statements.add(new Statement.Require(equality.left(), equality.right(), equality.reason()));
            }
        }
    }

    private void scripted(Node node, Scope scope, List<Statement> statements) {
        var method = methodName(node, "");
        var where = where(node);
        switch (node.op()) {
            case Library library -> {
                calls.add(new Script.LibraryCall(node, registers(node.inputs()), registers(node.outputs())));
                statements.add(new Statement.CallLibrary(calls.size() - 1, method, node));
                results(node, scope, statements);
            }
            case Define define -> {
                registers.put(node.output(), register(node.input(0)));
                statements.add(new Statement.Define(register(node.input(0)), define.symbols(), where));
                define.symbols().forEach(s -> bind(s, scope));
            }
            case If branch -> {
                var yes = arm(node, 0, scope);
                var no = arm(node, 1, scope);
                statements.add(new Statement.Branch(register(node.input(0)), yes, no, method, node, where));
                results(node, scope, statements);
            }
            case Loop loop -> {
                statements.add(loop(loop, node, scope, method, where));
                results(node, scope, statements);
            }
            default -> throw new IllegalStateException(where + " belongs to a block");
        }
    }

    private void results(Node node, Scope scope, List<Statement> statements) {
        for (int i = 0; i < node.outputs().size(); i++) {
            match(node.outputs().get(i), where(node) + ", result " + i, scope, statements);
        }
    }

    /** Checks a value's type where it is a tensor, and binds the symbols that are new in it. */
    private void match(Value value, String where, Scope scope, List<Statement> statements) {
        if (!(value.type() instanceof TensorType type)) {
            return;
        }
        var binds = new LinkedHashSet<String>();
        if (type.shape().isRanked()) {
            type.shape().dims().stream().filter(Dim.Sym.class::isInstance).forEach(d -> binds.addAll(d.symbols()));
            binds.removeAll(scope.symbols);
            binds.forEach(s -> bind(s, scope));
        }
        statements.add(new Statement.Match(register(value), type, binds, scope.symbols, where));
    }

    private void bind(String symbol, Scope scope) {
        bound.merge(symbol, scope.bounds(symbol),
                (a, b) -> new Symbols.Bounds(Math.min(a.min(), b.min()), Math.max(a.max(), b.max())));
        scope.symbols.add(symbol);
    }

    private Statement.Body arm(Node node, int index, Scope scope) {
        var region = node.regions().get(index);
        var statements = new ArrayList<>(body(region, scope.inner(region)));
        statements.add(new Statement.Move(registers(values(region.outputs())), registers(node.outputs())));
        return new Statement.Body(methodName(node, index == 0 ? "_then" : "_else"), statements);
    }

    private Statement loop(Loop loop, Node node, Scope scope, String method, String where) {
        var region = node.regions().getFirst();
        var inner = scope.inner(region);
        var statements = new ArrayList<Statement>();
        var inputs = values(region.inputs());
        for (int i = 2; i < inputs.size(); i++) {
            match(inputs.get(i), where + ", carried value " + (i - 2), inner, statements);
        }
        statements.addAll(body(region, inner));
        var outputs = values(region.outputs());
        var carried = registers(inputs.subList(2, inputs.size()));
        var collected = new ArrayList<Statement.Collected>();
        for (int i = 1 + loop.carried(); i < outputs.size(); i++) {
            var result = node.outputs().get(i - 1);
            collected.add(new Statement.Collected(register(outputs.get(i)), register(result), result.dtype(),
                    slice(result, outputs.get(i), scope)));
        }
        for (int i = 0; i < loop.carried(); i++) {
            // the value behind the last round stays where the rounds have it
            registers.put(node.outputs().get(i), carried.get(i));
        }
        return new Statement.Repeat(register(node.input(0)), register(node.input(1)),
                registers(node.inputs().subList(2, node.inputs().size())), register(inputs.get(0)),
                register(inputs.get(1)), carried, new Statement.Body(methodName(node, "_body"), statements),
                register(outputs.getFirst()), registers(outputs.subList(1, 1 + loop.carried())), collected, method,
                node, where);
    }

    /** Dimensions of a slice where there was no round: a size nobody knows is 0. */
    private static List<Dim> slice(Value result, Value slice, Scope scope) {
        var shape = result.shape().isRanked() ? new Shape(result.shape().dims().subList(1, result.shape().rank()))
                : slice.shape();
        return !shape.isRanked() ? List.of()
                : shape.dims().stream().map(d -> scope.knows(d) ? d : Dim.ZERO).toList();
    }

    // ---- blocks

    private void block(Graph region, List<Node> nodes, Scope scope, List<Statement> statements) {
        if (nodes.isEmpty()) {
            return;
        }
        int before = problems.size();
        nodes.forEach(node -> check(node, scope));
        if (problems.size() > before) {
            return;
        }
        var made = new LinkedHashSet<Value>();
        var inputs = new LinkedHashSet<Value>();
        for (var node : nodes) {
            node.inputs().stream().filter(v -> !v.isConstant() && !made.contains(v)).forEach(inputs::add);
            made.addAll(node.outputs());
        }
        var outputs = new LinkedHashSet<Value>();
        var here = new LinkedHashSet<>(nodes);
        region.nodes().stream().filter(n -> !here.contains(n))
                .forEach(n -> Uses.values(n).stream().filter(made::contains).forEach(outputs::add));
        values(region.outputs()).stream().filter(made::contains).forEach(outputs::add);
        outputs.removeIf(Value::isConstant);
        if (outputs.isEmpty()) {
            return; // nobody wants it
        }
        var block = new Graph(graph.name(), named(inputs), nodes, named(outputs), region.symbols());
        var plan = Planner.block(block, shared, nextNumber, problems);
        nextNumber = plan.nextNumber();
        blocks.add(plan);
        ports.add(new Script.Ports(registers(List.copyOf(inputs)), registers(List.copyOf(outputs))));
        statements.add(new Statement.RunBlock(blocks.size() - 1));
    }

    private static List<Graph.Port> named(Set<Value> values) {
        return values.stream().map(v -> new Graph.Port(v.toString(), v)).toList();
    }

    /** Kernels need tensors of known rank, and sizes that are known before. */
    private void check(Node node, Scope scope) {
        for (var value : Stream.concat(node.inputs().stream(), node.outputs().stream()).toList()) {
            if (!isRanked(value.type())) {
                problems.add(where(node) + ": a tensor of known rank was expected, " + value + " is " + value.type());
                return;
            }
        }
        for (var symbol : Uses.symbols(node)) {
            if (!scope.symbols.contains(symbol)) {
                problems.add(where(node) + ": size " + symbol + " has no value here");
                return;
            }
        }
    }

    // ---- names

    private static String where(Node node) {
        return node.op().mnemonic() + " '" + (node.origin().names().isEmpty()
                ? node.outputs().stream().map(Value::toString).findFirst().orElse("") : node.origin().first()) + "'";
    }

    /** Like the methods of steps; {@code n012_if_then_layer_0}. */
    private String methodName(Node node, String part) {
        var origin = node.origin().first().replaceAll("[^A-Za-z0-9]+", "_").replaceAll("^_+|_+$", "");
        var name = String.format(Locale.ROOT, "n%03d_%s%s%s", nextNumber++, node.op().mnemonic(), part,
                origin.isEmpty() ? "" : "_" + origin);
        return name.length() > MAX_NAME ? name.substring(0, MAX_NAME) : name;
    }
}
