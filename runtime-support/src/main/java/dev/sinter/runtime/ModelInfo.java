package dev.sinter.runtime;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * What a compiled model says of itself. {@link Program#bind} fills {@link #valueCount()} values; of these the
 * allocations and expressions name theirs by index, and {@link #paramCount()} of them from {@link #firstParam()} on are
 * the kernel parameters, which {@link Frame#p} holds behind the allocations' offsets.
 *
 * @param name the model's name, for people
 * @param className binary name of the emitted classes' common prefix; a form's class is it, a dollar sign and
 *     {@link Form#suffix()}
 * @param irResource resource path of the shipped IR dump
 * @param symbols the symbols in the inputs' dimensions
 * @param inputs the inputs in order
 * @param outputs the outputs in order
 * @param allocations the scratch memory
 * @param valueCount number of values that {@link Program#bind} fills
 * @param firstParam index of the first kernel parameter among the values
 * @param paramCount number of kernel parameters
 * @param weightsBytes size of the weights
 * @param script what runs where the model is more than one block: then there are no allocations and parameters here,
 *     and the values are dimensions of inputs and outputs only
 * @param states states that a session can keep; then {@link StateInfo#CAPACITY} is one of the symbols
 */
public record ModelInfo(String name, String className, String irResource, List<SymbolInfo> symbols,
        List<ValueInfo> inputs, List<ValueInfo> outputs, List<AllocationInfo> allocations, int valueCount,
        int firstParam, int paramCount, long weightsBytes, ScriptInfo script, List<StateInfo> states) {
    /** Where a jar keeps this information. */
    public static final String RESOURCE = "META-INF/sinter/model.info";
    /** Where a jar keeps the weights, uncompressed at a position that is a multiple of {@link #WEIGHTS_ALIGNMENT}. */
    public static final String WEIGHTS_RESOURCE = "META-INF/sinter/weights.bin";
    /**
     * Where the files of a model lie that was compiled for a class, in a folder with that class's name: the information
     * as {@link #INFO_FILE}, the weights as {@link #WEIGHTS_FILE}, resources by what their paths have behind this.
     * Its classes lie where classes do.
     */
    public static final String FOLDER = "META-INF/sinter/";
    /** Name of the file with this information. */
    public static final String INFO_FILE = "model.info";
    /** Name of the file with the weights. */
    public static final String WEIGHTS_FILE = "weights.bin";
    /** What the emitted classes' prefix has behind the name of the class that a model was compiled for. */
    public static final String OWNED = "Kernels";
    /** Alignment of the weights in a jar, in bytes. */
    public static final int WEIGHTS_ALIGNMENT = 64;

    /**
     * A model without states.
     *
     * @param name the model's name, for people
     * @param className binary name of the emitted classes' common prefix
     * @param irResource resource path of the shipped IR dump
     * @param symbols the symbols in the inputs' dimensions
     * @param inputs the inputs in order
     * @param outputs the outputs in order
     * @param allocations the scratch memory
     * @param valueCount number of values that {@link Program#bind} fills
     * @param firstParam index of the first kernel parameter among the values
     * @param paramCount number of kernel parameters
     * @param weightsBytes size of the weights
     * @param script what runs where the model is more than one block
     */
    public ModelInfo(String name, String className, String irResource, List<SymbolInfo> symbols,
            List<ValueInfo> inputs, List<ValueInfo> outputs, List<AllocationInfo> allocations, int valueCount,
            int firstParam, int paramCount, long weightsBytes, ScriptInfo script) {
        this(name, className, irResource, symbols, inputs, outputs, allocations, valueCount, firstParam, paramCount,
                weightsBytes, script, List.of());
    }

    /**
     * A model that is one block.
     *
     * @param name the model's name, for people
     * @param className binary name of the emitted classes' common prefix
     * @param irResource resource path of the shipped IR dump
     * @param symbols the symbols in the inputs' dimensions
     * @param inputs the inputs in order
     * @param outputs the outputs in order
     * @param allocations the scratch memory
     * @param valueCount number of values that {@link Program#bind} fills
     * @param firstParam index of the first kernel parameter among the values
     * @param paramCount number of kernel parameters
     * @param weightsBytes size of the weights
     */
    public ModelInfo(String name, String className, String irResource, List<SymbolInfo> symbols,
            List<ValueInfo> inputs, List<ValueInfo> outputs, List<AllocationInfo> allocations, int valueCount,
            int firstParam, int paramCount, long weightsBytes) {
        this(name, className, irResource, symbols, inputs, outputs, allocations, valueCount, firstParam, paramCount,
                weightsBytes, ScriptInfo.NONE);
    }

    /**
     * Copies the lists and checks every index.
     *
     * @throws ModelException naming what does not fit
     */
    public ModelInfo {
        symbols = List.copyOf(symbols);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        allocations = List.copyOf(allocations);
        states = List.copyOf(states);
        if (firstParam < 0 || paramCount < 0 || firstParam > valueCount - paramCount) {
            throw new ModelException("model '" + name + "': expected parameters within " + valueCount
                    + " values, got " + paramCount + " from " + firstParam);
        }
        if (weightsBytes < 0) {
            throw new ModelException("model '" + name + "': negative size of weights " + weightsBytes);
        }
        checkAllocations(name, allocations, valueCount);
        checkValues(name, "input", inputs, symbols, valueCount);
        checkValues(name, "output", outputs, symbols, valueCount);
        checkBound(name, symbols, inputs);
        checkStates(name, states, inputs, outputs, symbols);
        if (script.exists()) {
            checkScript(name, script, inputs.size(), outputs.size(), symbols);
        } else if (!allRankedTensors(inputs) || !allRankedTensors(outputs)) {
            throw new ModelException(
                    "model '" + name + "': only a script takes or gives what is no tensor");
        }
    }

    private static boolean allRankedTensors(List<ValueInfo> values) {
        for (ValueInfo value : values) {
            if (!value.isRankedTensor()) {
                return false;
            }
        }
        return true;
    }

    private static void checkScript(String name, ScriptInfo script, int inputs, int outputs,
            List<SymbolInfo> symbols) {
        if (script.outputs().size() != outputs || script.registers() < inputs) {
            throw new ModelException("model '" + name + "': expected a register for each of " + inputs
                    + " inputs and " + outputs + " outputs, got " + script.registers() + " and outputs "
                    + script.outputs());
        }
        var all = new ArrayList<>(symbols);
        all.addAll(script.symbols());
        for (BlockInfo block : script.blocks()) {
            for (int symbol : block.symbols()) {
                checkIndex(name, "block, symbol", symbol, all.size());
            }
            checkAllocations(name, block.allocations(), block.valueCount());
            checkValues(name, "block, result", block.results(), all, block.valueCount());
        }
    }

    private static void checkAllocations(String name, List<AllocationInfo> allocations, int valueCount) {
        for (AllocationInfo allocation : allocations) {
            checkIndex(name, "allocation", allocation.size(), valueCount);
        }
    }

    private static void checkIndex(String name, String what, int index, int count) {
        if (index < 0 || index >= count) {
            throw new ModelException("model '" + name + "': " + what + ": expected an index below " + count
                    + ", got " + index);
        }
    }

    private static void checkValues(String name, String kind, List<ValueInfo> values, List<SymbolInfo> symbols,
            int valueCount) {
        var seen = new HashSet<String>();
        for (ValueInfo value : values) {
            String what = kind + " '" + value.name() + "'";
            if (!seen.add(value.name())) {
                throw new ModelException("model '" + name + "': " + what + " stands twice");
            }
            for (DimInfo dim : value.isRankedTensor() ? value.dims() : List.<DimInfo>of()) {
                checkDim(name, what, dim, symbols, valueCount);
            }
        }
    }

    // A switch over patterns would be nicer; the first of a process costs milliseconds, and this is the way of a load.
    private static void checkDim(String name, String what, DimInfo dim, List<SymbolInfo> symbols, int valueCount) {
        if (dim instanceof DimInfo.Constant(long extent)) {
            if (extent < 0) {
                throw new ModelException("model '" + name + "': " + what + ": dimension " + extent);
            }
        } else if (dim instanceof DimInfo.Expression(String text, int index)) {
            checkIndex(name, what + ", '" + text + "'", index, valueCount);
        } else if (dim instanceof DimInfo.Symbol(int index, String symbol)) {
            checkIndex(name, what + ", symbol '" + symbol + "'", index, symbols.size());
            if (!symbols.get(index).name().equals(symbol)) {
                throw new ModelException("model '" + name + "': " + what + ": symbol " + index + " is '"
                        + symbols.get(index).name() + "', not '" + symbol + "'");
            }
        }
    }

    /** Every symbol must be some input's dimension, or have one possible value. */
    private static void checkBound(String name, List<SymbolInfo> symbols, List<ValueInfo> inputs) {
        var bound = new boolean[symbols.size()];
        for (ValueInfo input : inputs) {
            for (DimInfo dim : input.isRankedTensor() ? input.dims() : List.<DimInfo>of()) {
                if (dim instanceof DimInfo.Symbol(int index, _)) {
                    bound[index] = true;
                }
            }
        }
        for (int i = 0; i < bound.length; i++) {
            SymbolInfo symbol = symbols.get(i);
            if (symbol.min() != symbol.max() && !bound[i]) {
                throw new ModelException("model '" + name + "': symbol '" + symbol.name()
                        + "' is the dimension of no input");
            }
        }
    }

    /** A state is a ranked tensor at both ends, whose input has a symbol along the axis. */
    private static void checkStates(String name, List<StateInfo> states, List<ValueInfo> inputs,
            List<ValueInfo> outputs, List<SymbolInfo> symbols) {
        for (StateInfo state : states) {
            boolean fits = state.axis() >= 0
                    && inputs.stream().anyMatch(i -> i.name().equals(state.input()) && i.isRankedTensor()
                            && state.axis() < i.dims().size() && i.dims().get(state.axis()) instanceof DimInfo.Symbol)
                    && outputs.stream().anyMatch(o -> o.name().equals(state.output()) && o.isRankedTensor()
                            && state.axis() < o.dims().size())
                    && symbols.stream().anyMatch(SymbolInfo::isCapacity);
            if (!fits) {
                throw new ModelException("model '" + name + "': state " + state
                        + ": expected an input and an output with that axis, and the symbol " + StateInfo.CAPACITY);
            }
        }
    }

    /**
     * All symbols that emitted code knows: the model's, then those its script binds.
     *
     * @return symbols by their number
     */
    public List<SymbolInfo> allSymbols() {
        var all = new ArrayList<>(symbols);
        all.addAll(script.symbols());
        return List.copyOf(all);
    }

    /**
     * The text form, which {@link #parse} reads.
     *
     * @return lines
     */
    public String write() {
        return ModelInfoWriter.write(this);
    }

    /**
     * Reads the text form; strict.
     *
     * @param text what {@link #write} gave
     * @return the information
     * @throws ModelException naming the line and what was expected there
     */
    public static ModelInfo parse(String text) {
        return new ModelInfoText(text).parse();
    }
}
