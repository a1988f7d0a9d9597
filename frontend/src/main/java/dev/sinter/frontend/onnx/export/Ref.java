package dev.sinter.frontend.onnx.export;

import dev.sinter.ir.DType;
import dev.sinter.ir.IrException;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Type;

/**
 * A value of the file under construction, identified by itself; it gets its name when the file is written.
 */
final class Ref {
    private final Type type;
    private final String hint;

    /**
     * A value.
     *
     * @param type
     *            its type; the shape may be unknown even where the graph knows it
     * @param hint
     *            the name it should have if that is free, "" for any
     */
    Ref(Type type, String hint) {
        this.type = type;
        this.hint = hint;
    }

    Type type() {
        return type;
    }

    String hint() {
        return hint;
    }

    DType dtype() {
        if (type instanceof TensorType(var dtype, var shape)) {
            return dtype;
        }
        throw new IrException("a tensor was expected, not " + type);
    }

    @Override
    public String toString() {
        return hint + ": " + type;
    }
}
