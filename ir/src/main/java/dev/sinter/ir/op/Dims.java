package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Facts;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import java.util.List;

/**
 * An integer tensor whose elements are dimensions: what is left of a model's shape arithmetic when its result is itself
 * wanted.
 *
 * @param elements
 *            row-major
 * @param type
 *            an integer type of known sizes
 */
public record Dims(List<Dim> elements, TensorType type) implements Op {
    /** Copies the list. */
    public Dims {
        elements = List.copyOf(elements);
    }

    /** {@return element type} */
    public DType dtype() {
        return type.dtype();
    }

    @Override
    public String mnemonic() {
        return "dims";
    }

    @Override
    public Attributes attributes() {
        return Attributes.of("elements", elements, "type", type);
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        if (!type.shape().isConst() || type.shape().size().value() != elements.size()) {
            throw new IrException("dims of type " + type + " has " + elements.size() + " elements");
        }
        return List.of(new Result(type, Facts.ofContent(elements)));
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        var data = TensorData.zeros(type.dtype(), type.shape().toLongs());
        for (int i = 0; i < elements.size(); i++) {
            data.set(i, elements.get(i).value());
        }
        return List.of(data);
    }
}
