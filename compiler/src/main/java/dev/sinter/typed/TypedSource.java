package dev.sinter.typed;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.DimInfo;
import dev.sinter.runtime.ModelInfo;
import dev.sinter.runtime.StateInfo;
import dev.sinter.runtime.SymbolInfo;
import dev.sinter.runtime.ValueInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Writes Java source of typed classes for a model, here called {@code MiniLm}:
 *
 * <pre>{@code
 * try (var model = MiniLm.load()) {
 *     float[] y = model.run(ids, mask, types, 1, 128).lastHiddenState();           // arrays, then the symbols' sizes
 *     MiniLmOutput out = model.run(new MiniLmInput().inputIds(ids, 1, 128)...);    // input by input
 *     MiniLmSession session = model.newSession();                                  // outputs in reused memory
 * }
 * }</pre>
 *
 * The source needs the module {@code dev.sinter.runtime} alone, uses no reflection, and consists of ASCII characters.
 */
public final class TypedSource {
    /** Methods with more parameters than this for inputs would be none to read. */
    private static final int MOST_PARAMETERS = 8;
    /** Names of methods that inputs and outputs can't have. */
    private static final Set<String> METHODS = Set.of("clone", "equals", "finalize", "getClass", "hashCode", "notify",
            "notifyAll", "toString", "wait", "yield", "run", "values", "outputs", "keepState", "clearState",
            "truncateState", "state");
    /** Names of variables in methods that get inputs and symbols as parameters. */
    private static final Set<String> VARIABLES = Set.of("model", "input");

    private final ModelInfo info;
    private final String packageName;
    private final String name;
    private final List<Port> inputs;
    private final List<Port> outputs;
    private final Map<String, String> symbols = new LinkedHashMap<>();

    private TypedSource(ModelInfo info, String packageName, String name) {
        this.info = info;
        this.packageName = packageName;
        this.name = name;
        this.inputs = ports(info.inputs());
        this.outputs = ports(info.outputs(), "Tensor", "State", "Tensors", "Map", "Maps");
        var taken = new JavaNames(Set.copyOf(inputs.stream().map(Port::id).toList()));
        VARIABLES.forEach(taken::unique);
        for (var input : info.inputs()) {
            for (var dim : input.isRankedTensor() ? input.dims() : List.<DimInfo>of()) {
                if (dim instanceof DimInfo.Symbol(_, var symbol) && !symbols.containsKey(symbol)) {
                    symbols.put(symbol, taken.unique(symbol));
                }
            }
        }
    }

    /**
     * The source files for a model.
     *
     * @param info
     *            inputs, outputs, symbols and states
     * @param packageName
     *            their package
     * @param className
     *            simple name of the model's class; {@code Input}, {@code Output} and {@code Session} behind it name the
     *            others
     * @return texts by simple class name
     */
    public static Map<String, String> of(ModelInfo info, String packageName, String className) {
        var writer = new TypedSource(info, packageName, className);
        var files = new LinkedHashMap<String, String>();
        files.put(className, writer.model());
        files.put(className + "Input", writer.input());
        files.put(className + "Output", writer.output());
        files.put(className + "Session", writer.session());
        return files;
    }

    private static List<Port> ports(List<ValueInfo> values, String... suffixes) {
        var names = new JavaNames(METHODS);
        return values.stream().map(v -> new Port(v, names.unique(v.name(), suffixes))).toList();
    }

    private Source source() {
        return new Source(packageName, Set.of(name, name + "Input", name + "Output", name + "Session"));
    }

    private static String list(List<Port> ports) {
        return ports.isEmpty() ? " * none.\n"
                : ports.stream().map(p -> " * <li>" + p.code() + ": " + JavaNames.comment(p.type()) + "</li>\n")
                        .collect(Collectors.joining("", " * <ul>\n", " * </ul>\n"));
    }

    /** The sizes that symbols may have, where not any will do. */
    private String ranges() {
        var limited = symbols.keySet().stream().filter(symbol -> !range(symbol).isEmpty())
                .map(symbol -> " * <li><code>" + JavaNames.comment(symbol) + "</code>" + range(symbol) + "</li>\n")
                .toList();
        return limited.isEmpty() ? "" : " * Sizes:\n * <ul>\n" + String.join("", limited) + " * </ul>\n";
    }

    private String model() {
        var s = source();
        var model = s.runtime("Model");
        s.add("/**\n * The model <code>" + JavaNames.comment(info.name())
                + "</code>. Thread-safe: any number of threads"
                + " may call its methods at the same time.\n *\n * <p>\n * Inputs:\n" + list(inputs)
                + " * Outputs:\n" + list(outputs) + ranges() + " */\n");
        s.add("public final class " + name + " implements " + s.use("java.lang.AutoCloseable")
                + " {\n    private final "
                + model + " model;\n\n    private " + name + "(" + model
                + " model) {\n        this.model = model;\n    }\n");
        loaders(s);
        if (inputs.size() <= MOST_PARAMETERS && !inputs.isEmpty()) {
            if (inputs.stream().allMatch(Port::hasPlainShape)) {
                runWithArrays(s);
            }
            runWithValues(s);
        }
        s.comment("Runs the model.", List.of("@param input a value for each input", "@return the outputs, which belong"
                + " to the caller", wrongInput(s)));
        s.add("    public " + name + "Output run(" + name + "Input input) {\n        return new " + name
                + "Output(model.run(input.values()));\n    }\n");
        s.comment("One caller's reusable memory, for runs that allocate nothing.", List.of("@return a new session",
                "@throws " + s.runtime("ModelException") + " if the model is closed"));
        s.add("    public " + name + "Session newSession() {\n        return new " + name
                + "Session(model.newSession());\n    }\n");
        s.comment("The model behind this class.", List.of("@return the model; closed with this"));
        s.add("    public " + model + " model() {\n        return model;\n    }\n");
        s.add("\n    /** Waits for the running calls; afterwards none can begin. */\n    @"
                + s.use("java.lang.Override")
                + "\n    public void close() {\n        model.close();\n    }\n");
        s.add("\n    @" + s.use("java.lang.Override") + "\n    public " + s.use("java.lang.String")
                + " toString() {\n        return model.toString();\n    }\n}\n");
        return s.text();
    }

    private void loaders(Source s) {
        var options = s.runtime("RunOptions");
        var model = s.runtime("Model");
        var wrong = "@throws " + s.runtime("ModelException") + " if it is missing or corrupt, or has no form that the"
                + " options allow";
        s.comment("Loads the model from the class path or module path, with the default options.",
                List.of("@return the model", wrong));
        s.add("    public static " + name + " load() {\n        return load(" + options + ".defaults());\n    }\n");
        s.comment("Loads the model from the class path or module path.",
                List.of("@param options how it runs", "@return the model", wrong));
        s.add("    public static " + name + " load(" + options + " options) {\n        return new " + name + "(" + model
                + ".load(" + name + ".class, options));\n    }\n");
        s.comment("Gives a model another way than by the class path, such as one from a jar or just compiled.",
                List.of("@param model with the inputs and outputs of this class; closed with this",
                        "@return the typed model"));
        s.add("    public static " + name + " of(" + model + " model) {\n        return new " + name
                + "(model);\n    }\n");
    }

    private static String wrongInput(Source s) {
        return "@throws " + s.runtime("ModelException") + " if an input is missing or of a wrong type or shape, the"
                + " model is closed, or the run fails";
    }

    private void runWithArrays(Source s) {
        var tags = new ArrayList<String>();
        var parameters = new ArrayList<String>();
        for (var input : inputs) {
            var dtype = input.dtype().orElseThrow();
            var remark = dtype == DType.BOOL ? "copied" : Port.remark(dtype);
            parameters.add(s.array(dtype == DType.BOOL ? "boolean[]" : Port.storage(dtype)) + " " + input.id());
            tags.add("@param " + input.id() + " " + JavaNames.comment(input.type()) + ", " + input.code()
                    + (remark.isEmpty() ? "" : "; " + remark));
        }
        symbols.forEach((symbol, id) -> {
            parameters.add("long " + id);
            tags.add("@param " + id + " size of the dimension <code>" + JavaNames.comment(symbol) + "</code>"
                    + range(symbol));
        });
        tags.add("@return the outputs, which belong to the caller");
        tags.add(wrongInput(s));
        s.comment("Runs the model on arrays, which are read where they are.", tags);
        run(s, parameters, input -> {
            var shape = input.value().dims().stream().map(d -> d instanceof DimInfo.Symbol(_, var symbol)
                    ? symbols.get(symbol) : d + "L").collect(Collectors.joining(", "));
            return shape.isEmpty() ? input.id() : input.id() + ", " + shape;
        });
    }

    private String range(String symbol) {
        return info.symbols().stream().filter(s -> s.name().equals(symbol)).findFirst().map(TypedSource::range)
                .orElse("");
    }

    private static String range(SymbolInfo symbol) {
        return symbol.max() >= Integer.MAX_VALUE ? symbol.min() <= 1 ? "" : ", at least " + symbol.min()
                : ", " + symbol.min() + " to " + symbol.max();
    }

    private void runWithValues(Source s) {
        var tags = new ArrayList<String>();
        var parameters = new ArrayList<String>();
        for (var input : inputs) {
            parameters.add(s.runtime(input.valueClass()) + " " + input.id());
            tags.add("@param " + input.id() + " " + JavaNames.comment(input.type()) + ", " + input.code());
        }
        tags.add("@return the outputs, which belong to the caller");
        tags.add(wrongInput(s));
        s.comment("Runs the model.", tags);
        run(s, parameters, Port::id);
    }

    private void run(Source s, List<String> parameters, Function<Port, String> arguments) {
        s.add("    public " + name + "Output run(" + String.join(", ", parameters) + ") {\n        return run(new "
                + name + "Input()");
        inputs.forEach(i -> s.add("\n                ." + i.id() + "(" + arguments.apply(i) + ")"));
        s.add(");\n    }\n");
    }

    private String input() {
        var s = source();
        var values = s.use("java.util.Map") + "<" + s.use("java.lang.String") + ", " + s.runtime("Value") + ">";
        s.add("/**\n * What goes into the model {@link " + name
                + "}; each method sets one input and gives this back. For"
                + " one thread at\n * a time.\n */\n");
        s.add("public final class " + name + "Input {\n    private final " + values + " values = new "
                + s.use("java.util.LinkedHashMap") + "<>();\n\n    /** No input is set yet. */\n    public " + name
                + "Input() {\n");
        inputs.stream().filter(i -> i.valueClass().equals("OptionalValue")).forEach(i -> s.add("        values.put("
                + JavaNames.literal(i.name()) + ", " + s.runtime("OptionalValue") + ".empty());\n"));
        s.add("    }\n");
        var setters = new Setters(s, name + "Input", "values.put(NAME, VALUE);\nreturn this;");
        inputs.forEach(setters::write);
        s.add("\n    " + values + " values() {\n        return values;\n    }\n}\n");
        return s.text();
    }

    private String output() {
        var s = source();
        var all = s.runtime("Outputs");
        s.add("/** What the model {@link " + name + "} gives. */\npublic final class " + name
                + "Output {\n    private final " + all + " outputs;\n\n    " + name + "Output(" + all
                + " outputs) {\n        this.outputs = outputs;\n    }\n");
        var getters = new Getters(s);
        outputs.forEach(getters::write);
        s.comment("All outputs by their names.", List.of("@return in the model's order"));
        s.add("    public " + all + " outputs() {\n        return outputs;\n    }\n}\n");
        return s.text();
    }

    private String session() {
        var s = source();
        var session = s.runtime("Session");
        s.add("/**\n * One caller's reusable memory for the model {@link " + name + "}: runs on equal shapes allocate"
                + " nothing. For one thread\n * at a time.\n */\n");
        s.add("public final class " + name + "Session {\n    private final " + session + " session;\n    private "
                + name + "Output output;\n\n    " + name + "Session(" + session
                + " session) {\n        this.session = session;\n");
        inputs.stream().filter(i -> i.valueClass().equals("OptionalValue")).forEach(i -> s.add("        session.set("
                + JavaNames.literal(i.name()) + ", " + s.runtime("OptionalValue") + ".empty());\n"));
        s.add("    }\n");
        var setters = new Setters(s, name + "Session", "session.set(NAME, VALUE);\nreturn this;");
        inputs.forEach(setters::write);
        if (!info.states().isEmpty()) {
            states(s, info.states());
        }
        s.comment("Runs the model on the inputs set. What is written to their memory later is seen by the next run.",
                List.of("@return the outputs, which the next run overwrites", wrongInput(s)));
        s.add("    public " + name + "Output run() {\n        var outputs = session.run();\n"
                + "        if (output == null || output.outputs() != outputs) {\n            output = new " + name
                + "Output(outputs);\n        }\n        return output;\n    }\n}\n");
        return s.text();
    }

    private void states(Source s, List<StateInfo> states) {
        var self = name + "Session";
        var pairs = states.stream().map(t -> "     * <li><code>" + JavaNames.comment(t.input()) + "</code></li>\n")
                .collect(Collectors.joining());
        var wrong = "@throws " + s.runtime("ModelException") + " if ";
        s.comment("From now on the session keeps these states itself, empty at first; they are no inputs to be set and"
                + " no outputs any more:\n     * <ul>\n" + pairs + "     * </ul>",
                List.of("@param capacity how many positions there is"
                        + " room for", "@return this", wrong + "the capacity is below 1"));
        s.add("    public " + self + " keepState(int capacity) {\n        session.keepState(capacity);\n"
                + "        return this;\n    }\n");
        s.comment("Empties the states that the session keeps.", List.of("@return this"));
        s.add("    public " + self + " clearState() {\n        session.clearState();\n        return this;\n    }\n");
        s.comment("Forgets all but the first positions of the states that the session keeps.",
                List.of("@param length how many positions stay", "@return this", wrong + "a state is shorter"));
        s.add("    public " + self + " truncateState(long length) {\n        session.truncateState(length);\n"
                + "        return this;\n    }\n");
        Predicate<Port> kept = p -> states.stream().anyMatch(t -> t.output().equals(p.name()));
        var tensor = s.runtime("Tensor");
        outputs.stream().filter(kept).forEach(o -> {
            s.comment("A copy of the state that is the output " + o.code() + ".", List.of("@return what the model would"
                    + " have given in the last run", wrong + "the session keeps no states or this one is empty"));
            s.add("    public " + tensor + " " + o.id() + "State() {\n        return session.state("
                    + JavaNames.literal(o.name()) + ");\n    }\n");
        });
    }
}
