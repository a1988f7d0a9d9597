package dev.sinter.ir.op;

import dev.sinter.ir.Facts;
import dev.sinter.ir.Notation;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import java.util.List;

/**
 * A tensor known when compiling.
 *
 * @param data
 *            its elements
 * @param label
 *            its name in the model, "" if it has none
 */
public record Constant(TensorData data, String label) implements Op {
    @Override
    public String mnemonic() {
        return "constant";
    }

    @Override
    public Attributes attributes() {
        return label.isEmpty() ? Attributes.NONE : Attributes.of("name", Notation.quote(label));
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        return List.of(new Result(data.type(), Facts.ofConstant(data)));
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        return List.of(data);
    }
}
