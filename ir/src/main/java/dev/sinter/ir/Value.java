package dev.sinter.ir;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a node makes or a graph takes; identified by its number within a graph. Two values with one id in one graph are
 * the same value.
 *
 * @param id
 *            number, unique within a graph and its regions
 * @param type
 *            its type
 * @param facts
 *            what else is known of it
 */
public record Value(int id, Type type, Facts facts) {
    /**
     * The type as a tensor's.
     *
     * @return the tensor type
     * @throws IrException
     *             if this is a sequence, optional or map
     */
    public TensorType tensor() {
        if (type instanceof TensorType t) {
            return t;
        }
        throw new IrException("a tensor was expected, " + this + " is " + type);
    }

    /** {@return the element type of this tensor} */
    public DType dtype() {
        return tensor().dtype();
    }

    /** {@return the shape of this tensor} */
    public Shape shape() {
        return tensor().shape();
    }

    /** {@return the constant this value is, or null} */
    public @Nullable TensorData constant() {
        return facts.constant();
    }

    /** {@return whether this value is a known constant} */
    public boolean isConstant() {
        return facts.constant() != null;
    }

    /**
     * Replaces symbols in the type and in the content.
     *
     * @param bindings
     *            what stands for the symbols
     * @return this very value if it has none of them, else one of the same number
     */
    public Value substitute(Map<String, Dim> bindings) {
        var changed = type.substitute(bindings);
        var content = facts.content();
        var dims = content == null ? null : content.stream().map(d -> d.substitute(bindings)).toList();
        return changed == type && Objects.equals(dims, content) ? this
                : new Value(id, changed,
                        new Facts(facts.constant(), dims, facts.range(), facts.weights(), facts.layout()));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Value v && v.id == id;
    }

    @Override
    public int hashCode() {
        return id;
    }

    @Override
    public String toString() {
        return "%" + id;
    }
}
