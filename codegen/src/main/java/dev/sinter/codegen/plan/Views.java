package dev.sinter.codegen.plan;

import dev.sinter.ir.Dim;
import dev.sinter.ir.op.IndexMap;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Views as strides: no element moves unless a reshape leaves no other way. */
final class Views {
    private Views() {
    }

    /**
     * The view of an operand.
     *
     * @param copy
     *            gives a contiguous copy
     */
    static Operand of(IndexMap map, Operand operand, UnaryOperator<Operand> copy) {
        return switch (map) {
            case IndexMap.Permute(var perm) -> permute(operand, perm);
            case IndexMap.Expand(var shape) -> operand.broadcast(shape.dims());
            case IndexMap.Slice(var begins, var steps, var sizes) -> slice(operand, begins, steps, sizes);
            case IndexMap.Reshape(var shape) -> {
                var from = copy.apply(operand);
                yield new Operand(from.place(), from.dtype(), from.offset(), shape.dims(),
                        Operand.rowMajorStrides(shape.dims()));
            }
        };
    }

    static Operand permute(Operand operand, List<Integer> perm) {
        return new Operand(operand.place(), operand.dtype(), operand.offset(),
                perm.stream().map(operand.dims()::get).toList(),
                perm.stream().map(operand.strides()::get).toList());
    }

    private static Operand slice(Operand operand, List<Dim> begins, List<Long> steps, List<Dim> sizes) {
        Dim offset = operand.offset();
        var strides = new ArrayList<Dim>();
        for (int i = 0; i < operand.rank(); i++) {
            offset = offset.plus(begins.get(i).times(operand.strides().get(i)));
            strides.add(operand.strides().get(i).times(Dim.of(steps.get(i))));
        }
        return new Operand(operand.place(), operand.dtype(), offset, sizes, strides);
    }
}
