package dev.sinter.codegen;

import dev.sinter.codegen.loop.Buffer.Storage;
import dev.sinter.codegen.plan.ModelPlan;
import dev.sinter.codegen.plan.Plan;
import dev.sinter.codegen.plan.Script;
import dev.sinter.codegen.plan.ScriptPlanner;
import dev.sinter.codegen.plan.States;
import dev.sinter.codegen.plan.Values;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Type;
import dev.sinter.runtime.AllocationInfo;
import dev.sinter.runtime.BlockInfo;
import dev.sinter.runtime.ConstantInfo;
import dev.sinter.runtime.DType;
import dev.sinter.runtime.DimInfo;
import dev.sinter.runtime.LibraryInfo;
import dev.sinter.runtime.ModelInfo;
import dev.sinter.runtime.ScriptInfo;
import dev.sinter.runtime.StorageClass;
import dev.sinter.runtime.SymbolInfo;
import dev.sinter.runtime.TypeInfo;
import dev.sinter.runtime.ValueInfo;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/** What a compiled model says of itself, and how its symbols and the values at its border are numbered. */
final class ModelDescription {
    private final ModelPlan plan;
    private final List<Values> values;
    private final List<String> inputSymbols;
    private final List<String> symbols;
    private final List<Dim> border;

    /**
     * Numbers symbols and values.
     *
     * @param values
     *            sizes of each block
     */
    ModelDescription(ModelPlan plan, List<Values> values) {
        this.plan = plan;
        this.values = values;
        this.inputSymbols = List.copyOf(ScriptPlanner.borderSymbols(plan.graph()));
        var all = new ArrayList<>(inputSymbols);
        if (plan.script() == null) {
            this.border = values.getFirst().all();
        } else {
            plan.script().symbols().keySet().stream().filter(s -> !inputSymbols.contains(s)).forEach(all::add);
            this.border = dimensions();
        }
        this.symbols = List.copyOf(all);
    }

    /** Dimensions of inputs and outputs that the inputs tell. */
    private List<Dim> dimensions() {
        var dims = new LinkedHashSet<Dim>();
        Stream.concat(plan.graph().inputs().stream(), plan.graph().outputs().stream()).map(p -> p.value().type())
                .forEach(type -> {
                    if (type instanceof TensorType t && t.shape().isRanked()) {
                        t.shape().dims().stream().filter(d -> !d.isConst() && !(d instanceof Dim.Sym))
                                .filter(d -> inputSymbols.containsAll(d.symbols())).forEach(dims::add);
                    }
                });
        return List.copyOf(dims);
    }

    /** {@return all symbols, by their number} */
    List<String> symbols() {
        return symbols;
    }

    /** {@return what the program resolves for the whole model} */
    List<Dim> border() {
        return border;
    }

    ModelInfo info(String className, String irResource) {
        var graph = plan.graph();
        var bounds = graph.symbols().bounds();
        var known = inputSymbols.stream().map(s -> symbol(s, bounds.get(s))).toList();
        boolean one = plan.script() == null;
        var first = one ? values.getFirst() : null;
        return new ModelInfo(graph.name(), className, irResource, known, ports(graph.inputs(), this::borderDim),
                ports(graph.outputs(), this::borderDim), one ? allocations(plan.blocks().getFirst(), first) : List.of(),
                border.size(), 0, one ? first.paramCount() : 0, plan.weightBytes(),
                one ? ScriptInfo.NONE : script(plan.script()), one ? States.of(graph) : List.of());
    }

    private static SymbolInfo symbol(String name, Symbols.Bounds bounds) {
        return new SymbolInfo(name, bounds.min(), bounds.max());
    }

    private static List<ValueInfo> ports(List<Graph.Port> ports, Function<Dim, DimInfo> dims) {
        return ports.stream().map(p -> new ValueInfo(p.name(), type(p.value().type(), dims))).toList();
    }

    private static TypeInfo type(Type type, Function<Dim, DimInfo> dims) {
        // sizes within sequences and the like may differ from element to element
        Function<Dim, DimInfo> inside = d -> d instanceof Dim.Const(long size) ? new DimInfo.Constant(size)
                : new DimInfo.Open(d.toString());
        return switch (type) {
            case TensorType(var dtype, var shape) -> new TypeInfo.OfTensor(DType.parse(dtype.label()),
                    shape.isRanked() ? shape.dims().stream().map(dims).toList() : List.of(), shape.isRanked());
            case Type.Sequence(var element) -> new TypeInfo.OfSequence(type(element, inside));
            case Type.Optional(var element) -> new TypeInfo.OfOptional(type(element, inside));
            case Type.MapOf(var key, var value) ->
                    new TypeInfo.OfMap(DType.parse(key.label()), type(value, inside));
        };
    }

    private DimInfo borderDim(Dim dim) {
        return switch (dim) {
            case Dim.Const(var value) -> new DimInfo.Constant(value);
            case Dim.Sym(var name) when inputSymbols.contains(name) ->
                    new DimInfo.Symbol(inputSymbols.indexOf(name), name);
            case Dim other when plan.script() == null ->
                    new DimInfo.Expression(other.toString(), values.getFirst().index(other));
            case Dim other when border.contains(other) ->
                    new DimInfo.Expression(other.toString(), border.indexOf(other));
            case Dim other -> new DimInfo.Open(other.toString());
        };
    }

    private DimInfo dim(Dim dim, Values sizes) {
        return switch (dim) {
            case Dim.Const(var value) -> new DimInfo.Constant(value);
            case Dim.Sym(var name) -> new DimInfo.Symbol(symbols.indexOf(name), name);
            default -> new DimInfo.Expression(dim.toString(), sizes.index(dim));
        };
    }

    private ScriptInfo script(Script script) {
        var defined = symbols.subList(inputSymbols.size(), symbols.size()).stream()
                .map(s -> symbol(s, script.symbols().get(s))).toList();
        var constants = script.constants().stream().map(c -> new ConstantInfo(c.register(),
                DType.parse(c.data().dtype().label()), c.data().shape().dims().stream().map(Dim::value).toList(),
                c.byteOffset())).toList();
        var calls = script.calls().stream().map(c -> new LibraryInfo(c.op().routine(), c.node().origin().first(),
                c.op().arguments().texts(), c.inputs(), c.outputs())).toList();
        var blocks = new ArrayList<BlockInfo>();
        for (int i = 0; i < script.blocks().size(); i++) {
            blocks.add(block(plan.blocks().get(i), values.get(i), script.blocks().get(i)));
        }
        return new ScriptInfo(script.registers(), defined, script.outputs(), constants, calls, blocks);
    }

    private BlockInfo block(Plan block, Values sizes, Script.Ports ports) {
        var used = new TreeSet<Integer>();
        sizes.all().forEach(d -> d.symbols().forEach(s -> used.add(symbols.indexOf(s))));
        var results = new ArrayList<ValueInfo>();
        for (int i = 0; i < ports.outputs().size(); i++) {
            var type = block.graph().outputs().get(i).value().type();
            results.add(new ValueInfo("r" + ports.outputs().get(i), type(type, d -> dim(d, sizes))));
        }
        return new BlockInfo(List.copyOf(used), ports.inputs(), ports.outputs(), results, allocations(block, sizes),
                sizes.all().size(), 0, sizes.paramCount());
    }

    private static List<AllocationInfo> allocations(Plan block, Values sizes) {
        var allocations = new ArrayList<AllocationInfo>();
        for (int i = 0; i < block.allocations().size(); i++) {
            var a = block.allocations().get(i);
            allocations.add(new AllocationInfo(storageClass(a.storage()), a.firstStep(), a.lastStep(), sizes.size(i),
                    a.perWorker()));
        }
        return allocations;
    }

    private static StorageClass storageClass(Storage storage) {
        return switch (storage.descriptor()) {
            case "[F" -> StorageClass.F32;
            case "[D" -> StorageClass.F64;
            case "[J" -> StorageClass.I64;
            case "[I" -> StorageClass.I32;
            case "[S" -> StorageClass.I16;
            case "[B" -> StorageClass.I8;
            default -> StorageClass.STRING;
        };
    }
}
