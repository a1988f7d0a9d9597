package dev.sinter.ir.op;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Facts;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The operand's elements under another index: no arithmetic, often no work at all.
 *
 * @param map
 *            where each element comes from
 */
public record View(IndexMap map) implements Op {
    @Override
    public String mnemonic() {
        return switch (map) {
            case IndexMap.Reshape r -> "reshape";
            case IndexMap.Permute p -> "permute";
            case IndexMap.Slice s -> "slice";
            case IndexMap.Expand e -> "expand";
        };
    }

    @Override
    public Attributes attributes() {
        return switch (map) {
            case IndexMap.Reshape(var shape) -> Attributes.of("shape", shape);
            case IndexMap.Permute(var perm) -> Attributes.of("perm", perm);
            case IndexMap.Slice(var begins, var steps, var sizes) ->
                    Attributes.of("begins", begins, "steps", steps, "sizes", sizes);
            case IndexMap.Expand(var shape) -> Attributes.of("shape", shape);
        };
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        var type = inputs.getFirst().tensor();
        var shape = switch (map) {
            case IndexMap.Reshape(var target) -> reshape(type, target, symbols);
            case IndexMap.Permute(var perm) -> permute(type, perm);
            case IndexMap.Slice(var begins, var steps, var sizes) -> slice(type, begins, steps, sizes);
            case IndexMap.Expand(var target) -> expand(type, target, symbols);
        };
        var content = inputs.getFirst().facts().content();
        var facts = content != null && map instanceof IndexMap.Reshape ? Facts.ofContent(content) : Facts.NONE;
        return List.of(new Result(new TensorType(type.dtype(), shape), facts));
    }

    private static Shape reshape(TensorType type, Shape target, Symbols symbols) {
        if (type.shape().isRanked()) {
            symbols.requireEqual(type.shape().size(), target.size(), "reshape of " + type + " to " + target);
        }
        return target;
    }

    private static Shape permute(TensorType type, List<Integer> perm) {
        var axes = IntStream.range(0, type.shape().rank()).boxed().toList();
        if (!perm.stream().sorted().toList().equals(axes)) {
            throw new IrException("permute: " + perm + " is no permutation of the axes of " + type);
        }
        return new Shape(perm.stream().map(type.shape()::dim).toList());
    }

    private static Shape slice(TensorType type, List<Dim> begins, List<Long> steps, List<Dim> sizes) {
        int rank = type.shape().rank();
        if (begins.size() != rank || steps.size() != rank || sizes.size() != rank || steps.contains(0L)) {
            throw new IrException(
                    "slice of " + type + ": one begin, step (not 0) and size for each axis were expected");
        }
        return new Shape(sizes);
    }

    private static Shape expand(TensorType type, Shape target, Symbols symbols) {
        int extra = target.rank() - type.shape().rank();
        if (extra < 0) {
            throw new IrException("expand of " + type + " to the lower rank of " + target);
        }
        var dims = new ArrayList<Dim>(target.dims());
        for (int axis = 0; axis < type.shape().rank(); axis++) {
            var dim = type.shape().dim(axis);
            if (!dim.equals(Dim.ONE)) {
                symbols.requireEqual(dim, target.dim(axis + extra), "expand of " + type + " to " + target);
            }
        }
        return new Shape(dims);
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        return List.of(Views.evaluate(map, inputs.getFirst()));
    }
}
