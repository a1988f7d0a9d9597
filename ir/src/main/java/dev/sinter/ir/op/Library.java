package dev.sinter.ir.op;

import dev.sinter.ir.IrException;
import dev.sinter.ir.Notation;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Type;
import dev.sinter.ir.Value;
import java.util.List;

/**
 * Irregular work: a routine of the runtime from a closed list (sorting, non-maximum suppression, unique, strings,
 * sequences, random numbers, images). Sizes of a result that only data tells are new symbols in its type, which the
 * routine's result defines when the model runs. Such results are not known when compiling.
 *
 * @param routine
 *            its name in the runtime's list
 * @param arguments
 *            its settings, name and text; lists that are long come as operands
 * @param results
 *            types of the results
 */
public record Library(String routine, Attributes arguments, List<Type> results) implements Op {
    /** Copies the list. */
    public Library {
        results = List.copyOf(results);
    }

    @Override
    public String mnemonic() {
        return "library";
    }

    @Override
    public Attributes attributes() {
        return Attributes.of("routine", routine, "arguments", Notation.print(arguments.texts()), "results",
                Notation.print(results));
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        return results.stream().map(Result::of).toList();
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        throw new IrException("library routine " + routine + " has no reference evaluation");
    }
}
