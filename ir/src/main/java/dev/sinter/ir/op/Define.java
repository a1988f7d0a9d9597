package dev.sinter.ir.op;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Facts;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import java.util.List;

/**
 * Makes sizes of data: the elements of an integer tensor become symbols, which types and views after it may use. The
 * result is the operand itself, of which the content is now known.
 *
 * @param symbols
 *            a new symbol for each element, row-major
 */
public record Define(List<String> symbols) implements Op {
    /** Copies the list. */
    public Define {
        symbols = List.copyOf(symbols);
    }

    @Override
    public String mnemonic() {
        return "define";
    }

    @Override
    public Attributes attributes() {
        return Attributes.of("symbols", symbols.stream().map(Dim::sym).toList());
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols known) {
        var type = inputs.getFirst().tensor();
        if (!type.dtype().isInteger() || !type.shape().isConst()
                || type.shape().size().value() != symbols.size()) {
            throw new IrException("define: an integer tensor of " + symbols.size() + " elements was expected, not "
                    + type);
        }
        symbols.forEach(s -> known.declare(s, Symbols.Bounds.ANY));
        return List.of(new Result(type, Facts.ofContent(symbols.stream().<Dim>map(Dim::sym).toList())));
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        return inputs;
    }
}
