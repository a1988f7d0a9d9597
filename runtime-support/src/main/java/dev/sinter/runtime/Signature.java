package dev.sinter.runtime;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks a call's inputs against what the model declares and reads the symbols from them. Allocates only to complain.
 */
final class Signature {
    private static final long UNBOUND = -1;

    private final ModelInfo info;
    private final Map<String, Integer> index = new LinkedHashMap<>();

    Signature(ModelInfo info) {
        this.info = info;
        for (int i = 0; i < info.inputs().size(); i++) {
            index.put(info.inputs().get(i).name(), i);
        }
    }

    /** The index of an input by name. */
    int index(String name) {
        Integer i = index.get(name);
        if (i == null) {
            throw new ModelException(model() + ": unknown input '" + name + "'; expected " + index.keySet());
        }
        return i;
    }

    /** The inputs in the model's order. */
    Tensor[] order(Map<String, ? extends Value> inputs) {
        inputs.keySet().forEach(this::index);
        var tensors = new Tensor[info.inputs().size()];
        index.forEach((name, i) -> tensors[i] = tensor(i, inputs.get(name), inputs.containsKey(name)));
        return tensors;
    }

    /** An input's value as a tensor. */
    Tensor tensor(int input, Value value, boolean given) {
        return switch (value) {
            case Tensor t -> t;
            case null -> throw new ModelException(input(input) + ": expected " + info.inputs().get(input) + ", "
                    + (given ? "got null" : "it is missing"));
            case Value other -> throw new ModelException(input(input) + ": expected a tensor, got a "
                    + other.getClass().getSimpleName());
        };
    }

    /** Checks types, ranks and dimensions, and fills in the symbols' values. */
    void match(Tensor[] tensors, long[] symbols) {
        for (int s = 0; s < symbols.length; s++) {
            SymbolInfo symbol = info.symbols().get(s);
            symbols[s] = symbol.min() == symbol.max() ? symbol.min() : UNBOUND;
        }
        for (int i = 0; i < tensors.length; i++) {
            checkType(i, tensors[i]);
            List<DimInfo> dims = info.inputs().get(i).dims();
            for (int d = 0; d < dims.size(); d++) {
                matchDim(tensors, symbols, i, d, dims.get(d));
            }
        }
    }

    private void checkType(int i, Tensor tensor) {
        ValueInfo input = info.inputs().get(i);
        if (tensor.dtype() != input.dtype()) {
            throw new ModelException(input(i) + ": expected type " + input.dtype() + ", got " + tensor.dtype());
        }
        if (tensor.rank() != input.dims().size()) {
            throw new ModelException(input(i) + ": expected rank " + input.dims().size() + " " + input.dims()
                    + ", got rank " + tensor.rank() + " " + Arrays.toString(tensor.shape()));
        }
    }

    private void matchDim(Tensor[] tensors, long[] symbols, int i, int d, DimInfo dim) {
        long got = tensors[i].dim(d);
        switch (dim) {
            case DimInfo.Constant(long extent) -> {
                if (got != extent) {
                    throw new ModelException(dimension(i, d) + ": expected " + extent + ", got " + got);
                }
            }
            case DimInfo.Symbol(int s, _) -> {
                SymbolInfo symbol = info.symbols().get(s);
                if (symbol.min() > got || symbol.max() < got) {
                    throw new ModelException(dimension(i, d) + ": " + limit(symbol) + ", got " + got);
                }
                if (symbols[s] == UNBOUND) {
                    symbols[s] = got;
                } else if (symbols[s] != got) {
                    throw new ModelException(dimension(i, d) + ": expected " + symbols[s] + binder(tensors, s, i)
                            + ", got " + got);
                }
            }
            case DimInfo.Expression _ -> {
                // checked when the symbols are known, by matchExpressions
            }
        }
    }

    /** Checks the dimensions that follow from symbols. */
    void matchExpressions(Tensor[] tensors, Binding binding) {
        for (int i = 0; i < tensors.length; i++) {
            List<DimInfo> dims = info.inputs().get(i).dims();
            for (int d = 0; d < dims.size(); d++) {
                if (dims.get(d) instanceof DimInfo.Expression(_, int value)
                        && tensors[i].dim(d) != binding.values()[value]) {
                    throw new ModelException(dimension(i, d) + ": expected " + binding.values()[value] + ", got "
                            + tensors[i].dim(d));
                }
            }
        }
    }

    private static String limit(SymbolInfo symbol) {
        if (symbol.min() == symbol.max()) {
            return "expected " + symbol.min();
        }
        return symbol.max() == Long.MAX_VALUE ? "expected at least " + symbol.min()
                : "expected " + symbol.min() + " to " + symbol.max();
    }

    /** Which input gave a symbol its value. */
    private String binder(Tensor[] tensors, int symbol, int upTo) {
        for (int i = 0; i <= upTo && i < tensors.length; i++) {
            List<DimInfo> dims = info.inputs().get(i).dims();
            for (int d = 0; d < dims.size(); d++) {
                if (dims.get(d) instanceof DimInfo.Symbol(int s, _) && s == symbol) {
                    return " as in input '" + info.inputs().get(i).name() + "' dimension " + d;
                }
            }
        }
        return "";
    }

    String model() {
        return "model '" + info.name() + "'";
    }

    String input(int i) {
        return model() + ", input '" + info.inputs().get(i).name() + "'";
    }

    private String dimension(int i, int d) {
        DimInfo dim = info.inputs().get(i).dims().get(d);
        return input(i) + ", dimension " + d + (dim instanceof DimInfo.Constant ? "" : " ('" + dim + "')");
    }
}
