package dev.sinter.runtime.library;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.MapValue;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.OptionalValue;
import dev.sinter.runtime.SequenceValue;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One call of a routine: reads its arguments and operands, and says what does not fit. */
final class Invocation {
    private final String routine;
    private final Map<String, String> arguments;
    private final Value[] operands; // by position, null where left out

    Invocation(String routine, Map<String, String> arguments, Value[] inputs) {
        this.routine = routine;
        this.arguments = arguments;
        this.operands = placed(arguments.get("operands"), inputs);
    }

    private Value[] placed(String positions, Value[] inputs) {
        if (positions == null) {
            return inputs;
        }
        String[] parts = positions.isBlank() ? new String[0] : positions.split(",");
        if (parts.length != inputs.length) {
            throw new ModelException(routine + ": operands=" + positions + " for " + inputs.length + " operands");
        }
        var out = new Value[8];
        for (int i = 0; i < parts.length; i++) {
            int at = (int) parse("operands", parts[i].strip());
            if (at < 0 || at > 255) {
                throw new ModelException(routine + ": operands=" + positions);
            }
            out = at < out.length ? out : Arrays.copyOf(out, at + 1);
            out[at] = inputs[i];
        }
        return out;
    }

    String routine() {
        return routine;
    }

    /** All operands that are given, in order. */
    List<Value> all() {
        return Arrays.stream(operands).filter(v -> v != null).toList();
    }

    boolean given(int position) {
        return position < operands.length && operands[position] != null;
    }

    Value value(int position) {
        if (!given(position)) {
            throw new ModelException(routine + ": operand " + position + " was expected");
        }
        return operands[position];
    }

    Tensor tensor(int position) {
        Value value = value(position);
        if (value instanceof Tensor tensor) {
            return tensor;
        }
        throw wrong(position, "a tensor", kind(value));
    }

    /** A tensor of one of some types. */
    Tensor tensor(int position, DType... types) {
        Tensor tensor = tensor(position);
        if (!Arrays.asList(types).contains(tensor.dtype())) {
            throw wrong(position, "a tensor of " + String.join(" or ",
                    Arrays.stream(types).map(DType::label).toList()), text(tensor));
        }
        return tensor;
    }

    SequenceValue sequence(int position) {
        Value value = value(position);
        if (value instanceof SequenceValue sequence) {
            return sequence;
        }
        throw wrong(position, "a sequence", kind(value));
    }

    /** A whole number: a scalar or a tensor of one element. */
    long number(int position, long otherwise) {
        if (!given(position)) {
            return otherwise;
        }
        Tensor tensor = tensor(position);
        if (tensor.size() != 1) {
            throw wrong(position, "one whole number", text(tensor));
        }
        return tensor.toLongs()[0];
    }

    /** A real number: a scalar or a tensor of one element. */
    double real(int position, double otherwise) {
        if (!given(position)) {
            return otherwise;
        }
        Tensor tensor = tensor(position);
        if (tensor.size() != 1) {
            throw wrong(position, "one number", text(tensor));
        }
        return tensor.toDoubles()[0];
    }

    boolean has(String argument) {
        return arguments.containsKey(argument);
    }

    String text(String argument, String otherwise) {
        return arguments.getOrDefault(argument, otherwise);
    }

    long number(String argument, long otherwise) {
        String text = arguments.get(argument);
        return text == null ? otherwise : parse(argument, text);
    }

    double real(String argument, double otherwise) {
        String text = arguments.get(argument);
        try {
            return text == null ? otherwise : Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new ModelException(routine + ": argument " + argument + ": expected a number, got '" + text + "'", e);
        }
    }

    boolean flag(String argument, boolean otherwise) {
        String text = arguments.get(argument);
        if (text == null) {
            return otherwise;
        }
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "1", "true" -> true;
            case "0", "false" -> false;
            default -> throw new ModelException(routine + ": argument " + argument + ": expected 0 or 1, got '" + text
                    + "'");
        };
    }

    DType dtype(String argument, DType otherwise) {
        String text = arguments.get(argument);
        return text == null ? otherwise : DType.parse(text);
    }

    /** The argument {@code axis} of a rank, counted from the front; empty if there is none. */
    Optional<Integer> axis(int rank) {
        if (!has("axis")) {
            return Optional.empty();
        }
        return Optional.of(axis(number("axis", 0), rank));
    }

    int axis(long axis, int rank) {
        long counted = axis < 0 ? axis + rank : axis;
        if (counted < 0 || counted >= rank) {
            throw new ModelException(routine + ": axis " + axis + " does not fit rank " + rank);
        }
        return (int) counted;
    }

    private long parse(String argument, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new ModelException(routine + ": argument " + argument + ": expected a whole number, got '" + text
                    + "'", e);
        }
    }

    ModelException wrong(int position, String expected, String got) {
        return new ModelException(routine + ", operand " + position + ": expected " + expected + ", got " + got);
    }

    ModelException wrong(String what) {
        return new ModelException(routine + ": " + what);
    }

    /** Type and shape, such as {@code f32[1,128]}. */
    static String text(Tensor tensor) {
        return tensor.dtype() + Arrays.toString(tensor.shape()).replace(" ", "");
    }

    /** What sort of value it is, in words. */
    static String kind(Value value) {
        return switch (value) {
            case Tensor t -> text(t);
            case SequenceValue s -> "a sequence of " + s.values().size();
            case OptionalValue _ -> "an optional";
            case MapValue m -> "a map of " + m.entries().size();
        };
    }
}
