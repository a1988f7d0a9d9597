package dev.sinter.ir.op;

import dev.sinter.ir.IrException;
import dev.sinter.ir.Notation;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Type;
import dev.sinter.ir.Value;
import java.util.List;

/**
 * A body repeated. Operands: the largest number of rounds (i64 of one element), whether to begin (bool of one element),
 * then the carried values. The region's inputs: the round's number (i64 scalar), the condition, the carried values; its
 * outputs: whether to go on, the carried values, then one slice of each collected result, of equal shapes in all
 * rounds. Results: the carried values behind the last round, then the collected results with a leading axis of the
 * rounds. Sizes that change from round to round are new symbols, in the region's input types and in the results' types.
 *
 * @param carried
 *            number of carried values
 * @param results
 *            types of the results
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Loop.html">Loop</a>
 */
public record Loop(int carried, List<Type> results) implements Op {
    /** Copies the list. */
    public Loop {
        results = List.copyOf(results);
    }

    @Override
    public String mnemonic() {
        return "loop";
    }

    @Override
    public Attributes attributes() {
        return Attributes.of("carried", carried, "results", Notation.print(results));
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        return results.stream().map(Result::of).toList();
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        throw new IrException("loop: evaluated by the graph's evaluator only");
    }
}
