package dev.sinter.runtime;

import java.util.List;

/**
 * An input or output of a model.
 *
 * @param name its name
 * @param type its type
 */
public record ValueInfo(String name, TypeInfo type) {
    /**
     * A tensor of known rank.
     *
     * @param name its name
     * @param dtype its element type
     * @param dims its dimensions
     */
    public ValueInfo(String name, DType dtype, List<DimInfo> dims) {
        this(name, new TypeInfo.OfTensor(dtype, dims, true));
    }

    /**
     * Whether this is a tensor of known rank, as nearly all are.
     *
     * @return whether {@link #dtype} and {@link #dims} say everything
     */
    public boolean isRankedTensor() {
        return type instanceof TypeInfo.OfTensor t && t.ranked();
    }

    /**
     * The element type of a tensor.
     *
     * @return the element type
     * @throws ModelException if this is no tensor
     */
    public DType dtype() {
        return tensor().dtype();
    }

    /**
     * The dimensions of a tensor.
     *
     * @return the dimensions; none where their number is unknown, as for a scalar
     * @throws ModelException if this is no tensor
     */
    public List<DimInfo> dims() {
        return tensor().dims();
    }

    private TypeInfo.OfTensor tensor() {
        if (type instanceof TypeInfo.OfTensor t) {
            return t;
        }
        throw new ModelException("'" + name + "' is no tensor, it is " + type);
    }

    /** Name and type, such as {@code input_ids: i64[batch,sequence]}. */
    @Override
    public String toString() {
        return name + ": " + type;
    }
}
