package dev.sinter.ir.op;

import dev.sinter.ir.IrException;
import dev.sinter.ir.Notation;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Type;
import dev.sinter.ir.Value;
import java.util.List;

/**
 * One of two bodies: operand 0 is a bool of one element; region 0 runs where it is true, region 1 where it is false.
 * Regions have no inputs, they see the values defined before the node. Sizes in which the bodies differ are new symbols
 * in the results' types.
 *
 * @param results
 *            types of the results
 * @see <a href="https://onnx.ai/onnx/operators/onnx__If.html">If</a>
 */
public record If(List<Type> results) implements Op {
    /** Copies the list. */
    public If {
        results = List.copyOf(results);
    }

    @Override
    public String mnemonic() {
        return "if";
    }

    @Override
    public Attributes attributes() {
        return Attributes.of("results", Notation.print(results));
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        return results.stream().map(Result::of).toList();
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        throw new IrException("if: evaluated by the graph's evaluator only");
    }
}
