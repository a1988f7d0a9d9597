package dev.sinter.runtime;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

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
 */
public record ModelInfo(String name, String className, String irResource, List<SymbolInfo> symbols,
        List<ValueInfo> inputs, List<ValueInfo> outputs, List<AllocationInfo> allocations, int valueCount,
        int firstParam, int paramCount, long weightsBytes) {
    /** Where a jar keeps this information. */
    public static final String RESOURCE = "META-INF/sinter/model.info";
    /** Where a jar keeps the weights, uncompressed at a position that is a multiple of {@link #WEIGHTS_ALIGNMENT}. */
    public static final String WEIGHTS_RESOURCE = "META-INF/sinter/weights.bin";
    /** Alignment of the weights in a jar, in bytes. */
    public static final int WEIGHTS_ALIGNMENT = 64;

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
        if (firstParam < 0 || paramCount < 0 || firstParam > valueCount - paramCount) {
            throw new ModelException("model '" + name + "': expected parameters within " + valueCount
                    + " values, got " + paramCount + " from " + firstParam);
        }
        if (weightsBytes < 0) {
            throw new ModelException("model '" + name + "': negative size of weights " + weightsBytes);
        }
        for (AllocationInfo allocation : allocations) {
            checkIndex(name, "allocation", allocation.size(), valueCount);
        }
        checkValues(name, "input", inputs, symbols, valueCount);
        checkValues(name, "output", outputs, symbols, valueCount);
        checkBound(name, symbols, inputs);
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
            for (DimInfo dim : value.dims()) {
                switch (dim) {
                    case DimInfo.Constant(long extent) -> {
                        if (extent < 0) {
                            throw new ModelException("model '" + name + "': " + what + ": dimension " + extent);
                        }
                    }
                    case DimInfo.Expression(String text, int index) ->
                            checkIndex(name, what + ", '" + text + "'", index, valueCount);
                    case DimInfo.Symbol(int index, String symbol) -> {
                        checkIndex(name, what + ", symbol '" + symbol + "'", index, symbols.size());
                        if (!symbols.get(index).name().equals(symbol)) {
                            throw new ModelException("model '" + name + "': " + what + ": symbol " + index + " is '"
                                    + symbols.get(index).name() + "', not '" + symbol + "'");
                        }
                    }
                }
            }
        }
    }

    /** Every symbol must be some input's dimension, or have one possible value. */
    private static void checkBound(String name, List<SymbolInfo> symbols, List<ValueInfo> inputs) {
        Set<DimInfo> dims = new HashSet<>();
        inputs.forEach(input -> dims.addAll(input.dims()));
        for (int i = 0; i < symbols.size(); i++) {
            SymbolInfo symbol = symbols.get(i);
            if (symbol.min() != symbol.max() && !dims.contains(new DimInfo.Symbol(i, symbol.name()))) {
                throw new ModelException("model '" + name + "': symbol '" + symbol.name()
                        + "' is the dimension of no input");
            }
        }
    }

    /**
     * The text form, which {@link #parse} reads.
     *
     * @return lines
     */
    public String write() {
        return ModelInfoText.write(this);
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
