package dev.sinter.runtime;

import java.util.Map;
import java.util.Optional;

/** Compares values that are no plain tensors with the type a model declares. */
final class ValueCheck {
    private ValueCheck() {
    }

    /**
     * Checks a value.
     *
     * @param where what it is, for the message
     * @throws ModelException naming the part that differs, what was expected and what came
     */
    static void check(TypeInfo type, Value value, String where) {
        switch (type) {
            case TypeInfo.OfTensor wanted -> tensor(wanted, value, where);
            case TypeInfo.OfSequence(TypeInfo element) -> {
                if (!(value instanceof SequenceValue sequence)) {
                    throw wrong(type, value, where);
                }
                for (int i = 0; i < sequence.values().size(); i++) {
                    check(element, sequence.values().get(i), where + ", element " + i);
                }
            }
            case TypeInfo.OfOptional(TypeInfo element) -> {
                if (value instanceof OptionalValue(Optional<Value> content)) {
                    content.ifPresent(v -> check(element, v, where));
                } else {
                    check(element, value, where); // a value that is there may stand for itself
                }
            }
            case TypeInfo.OfMap(DType key, TypeInfo element) -> {
                if (!(value instanceof MapValue map)) {
                    throw wrong(type, value, where);
                }
                for (Map.Entry<Object, Value> entry : map.entries().entrySet()) {
                    if (entry.getKey() instanceof String != (key == DType.STRING)) {
                        throw new ModelException(where + ": expected keys of type " + key + ", got the "
                                + entry.getKey().getClass().getSimpleName() + " '" + entry.getKey() + "'");
                    }
                    check(element, entry.getValue(), where + ", key '" + entry.getKey() + "'");
                }
            }
        }
    }

    private static void tensor(TypeInfo.OfTensor wanted, Value value, String where) {
        if (!(value instanceof Tensor tensor) || tensor.dtype() != wanted.dtype()
                || wanted.ranked() && tensor.rank() != wanted.dims().size()) {
            throw wrong(wanted, value, where);
        }
        for (int d = 0; d < wanted.dims().size(); d++) {
            if (wanted.dims().get(d) instanceof DimInfo.Constant(long extent) && extent != tensor.dim(d)) {
                throw wrong(wanted, value, where);
            }
        }
    }

    private static ModelException wrong(TypeInfo wanted, Value value, String where) {
        return new ModelException(where + ": expected " + wanted + ", got "
                + (value instanceof Tensor t ? t.describe() : "a " + value.getClass().getSimpleName()));
    }
}
