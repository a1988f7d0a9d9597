package dev.sinter.runtime;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

    /** The inputs in the model's order, each of the declared kind. */
    Value[] order(Map<String, ? extends Value> inputs) {
        for (String name : inputs.keySet()) {
            index(name);
        }
        var values = new Value[info.inputs().size()];
        for (int i = 0; i < values.length; i++) {
            String name = info.inputs().get(i).name();
            values[i] = checked(i, inputs.get(name), inputs.containsKey(name));
        }
        return values;
    }

    /** An input's value if it is of the declared kind: a tensor where a tensor is wanted. */
    Value checked(int input, Value value, boolean given) {
        if (value == null) {
            throw new ModelException(input(input) + ": expected " + info.inputs().get(input) + ", "
                    + (given ? "got null" : "it is missing"));
        }
        TypeInfo type = info.inputs().get(input).type();
        if (type instanceof TypeInfo.OfTensor) {
            if (!(value instanceof Tensor)) {
                throw new ModelException(input(input) + ": expected a tensor, got a "
                        + value.getClass().getSimpleName());
            }
            return value;
        }
        ValueCheck.check(type, value, input(input));
        boolean bare = type instanceof TypeInfo.OfOptional && !(value instanceof OptionalValue);
        return bare ? new OptionalValue(Optional.of(value)) : value;
    }

    /** Checks types, ranks and dimensions, and fills in the symbols' values. */
    void match(Value[] values, long[] symbols) {
        for (int s = 0; s < symbols.length; s++) {
            SymbolInfo symbol = info.symbols().get(s);
            symbols[s] = symbol.min() == symbol.max() ? symbol.min() : UNBOUND;
        }
        for (int i = 0; i < values.length; i++) {
            if (!(values[i] instanceof Tensor tensor)) {
                continue; // its type was checked when it was taken
            }
            checkType(i, tensor);
            List<DimInfo> dims = info.inputs().get(i).dims();
            for (int d = 0; d < dims.size(); d++) {
                matchDim(values, symbols, i, d, dims.get(d), tensor.dim(d));
            }
        }
    }

    private void checkType(int i, Tensor tensor) {
        ValueInfo input = info.inputs().get(i);
        if (tensor.dtype() != input.dtype()) {
            throw new ModelException(input(i) + ": expected type " + input.dtype() + ", got " + tensor.dtype());
        }
        if (input.isRankedTensor() && tensor.rank() != input.dims().size()) {
            throw new ModelException(input(i) + ": expected rank " + input.dims().size() + " " + input.dims()
                    + ", got rank " + tensor.rank() + " " + Arrays.toString(tensor.shape()));
        }
    }

    private void matchDim(Value[] values, long[] symbols, int i, int d, DimInfo dim, long got) {
        if (dim instanceof DimInfo.Constant(long extent)) {
            if (got != extent) {
                throw new ModelException(dimension(i, d) + ": expected " + extent + ", got " + got);
            }
        } else if (dim instanceof DimInfo.Symbol(int s, _)) {
            SymbolInfo symbol = info.symbols().get(s);
            if (symbol.min() > got || symbol.max() < got) {
                throw new ModelException(dimension(i, d) + ": " + limit(symbol) + ", got " + got);
            }
            if (symbols[s] == UNBOUND) {
                symbols[s] = got;
            } else if (symbols[s] != got) {
                throw new ModelException(dimension(i, d) + ": expected " + symbols[s] + binder(values, s, i)
                        + ", got " + got);
            }
        }
        // Expressions are checked when the symbols are known, by matchExpressions; what is open may be anything.
    }

    /** Checks the dimensions that follow from symbols. */
    void matchExpressions(Value[] values, Binding binding) {
        for (int i = 0; i < values.length; i++) {
            if (!(values[i] instanceof Tensor tensor)) {
                continue;
            }
            List<DimInfo> dims = info.inputs().get(i).dims();
            for (int d = 0; d < dims.size(); d++) {
                if (dims.get(d) instanceof DimInfo.Expression(_, int value)
                        && tensor.dim(d) != binding.values()[value]) {
                    throw new ModelException(dimension(i, d) + ": expected " + binding.values()[value] + ", got "
                            + tensor.dim(d));
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
    private String binder(Value[] values, int symbol, int upTo) {
        for (int i = 0; i <= upTo; i++) {
            if (!(values[i] instanceof Tensor)) {
                continue;
            }
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
