package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * {@code reshape}, {@code permute}, {@code slice}, {@code expand}: Reshape, Transpose, Slice, Expand. Sizes that are
 * not known are computed from the shapes of values where the operator can't find them itself.
 */
final class Views {
    /** Element types that ONNX Runtime moves about by every operator used here. */
    private static final Set<DType> MOVED = EnumSet.of(DType.F32, DType.F64, DType.F16, DType.I8, DType.I16, DType.I32,
            DType.I64, DType.U8, DType.U16, DType.U32, DType.U64, DType.BOOL, DType.STRING);

    private Views() {
    }

    static Ref export(View op, Node node, Site site) {
        var in = node.input(0);
        var value = site.value(in);
        var constant = site.folded(value, op.map());
        if (constant != null) {
            return constant;
        }
        return switch (op.map()) {
            case IndexMap.Reshape(var shape) -> reshape(site, value, in.shape(), shape);
            case IndexMap.Permute(var perm) -> permute(site, value, perm);
            case IndexMap.Slice s -> moved(site, value, v -> slice(site, v, in.shape(), s));
            case IndexMap.Expand(var shape) -> moved(site, value, v -> expand(site, v, in.shape(), shape));
        };
    }

    /** Something that moves elements, of a type for which ONNX Runtime has it. */
    interface Move {
        /** The elements of a value elsewhere. */
        Ref of(Ref value);
    }

    /** Moves elements of any type, rare ones as ones of a type that has room for them. */
    static Ref moved(Site site, Ref value, Move move) {
        var type = value.dtype();
        return MOVED.contains(type) ? move.of(value) : site.cast(move.of(site.cast(value, carrier(type))), type);
    }

    /** A type into which elements of a rare type fit. */
    static DType carrier(DType type) {
        if (MOVED.contains(type)) {
            return type;
        }
        return switch (type.kind()) {
            case FLOAT -> DType.F32;
            case SIGNED -> DType.I32;
            case UNSIGNED -> DType.I32;
            default -> throw new Unexportable("elements of " + type + " can't be moved");
        };
    }

    // ---- reshape

    static Ref reshape(Site site, Ref value, Shape from, Shape to) {
        var target = to.dims().stream().map(site.known()::simplify).toList();
        if (from.isRanked() && from.dims().equals(to.dims())) {
            return value;
        }
        var known = target(site, from, target);
        if (known != null) {
            return moved(site, value, v -> site.op("Reshape", v.dtype(), v, site.longs(known)));
        }
        return moved(site, value,
                v -> site.op("Reshape", v.dtype(), v, site.sizes(target), Attribute.of("allowzero", 1)));
    }

    /** The target with 0 where a size is the operand's and -1 for one other, or null if that does not say it all. */
    private static long @Nullable [] target(Site site, Shape from, List<Dim> to) {
        var target = new long[to.size()];
        boolean copies = false;
        int open = -1;
        for (int i = 0; i < target.length; i++) {
            boolean same = from.isRanked() && i < from.rank()
                    && site.known().simplify(from.dim(i)).equals(to.get(i));
            if (to.get(i) instanceof Dim.Const(long size)) {
                if (size == 0) {
                    return null;
                }
                target[i] = size;
            } else if (same) {
                target[i] = 0;
                copies |= site.known().min(to.get(i)) <= 0;
            } else if (open < 0) {
                target[i] = -1;
                open = i;
            } else {
                return null;
            }
        }
        // beside an axis of size 0 nobody could tell how large the open one is
        return open >= 0 && copies ? null : target;
    }

    // ---- permute

    static Ref permute(Site site, Ref value, List<Integer> perm) {
        if (perm.equals(IntStream.range(0, perm.size()).boxed().toList())) {
            return value;
        }
        var constant = site.folded(value, new IndexMap.Permute(perm));
        return constant != null ? constant
                : moved(site, value, v -> site.op("Transpose", v.dtype(), v, Attribute.integers("perm", perm)));
    }

    // ---- slice

    static Ref slice(Site site, Ref value, Shape from, IndexMap.Slice slice) {
        var begins = new ArrayList<Dim>();
        var ends = new ArrayList<Dim>();
        var axes = new ArrayList<Long>();
        var steps = new ArrayList<Long>();
        for (int axis = 0; axis < from.rank(); axis++) {
            var begin = slice.begins().get(axis);
            long step = slice.steps().get(axis);
            var size = slice.sizes().get(axis);
            if (begin.equals(Dim.ZERO) && step == 1 && size.equals(from.dim(axis))) {
                continue;
            }
            var end = begin.plus(size.times(Dim.of(step)));
            begins.add(begin);
            // counted from the end an index before the first is not taken for the last
            ends.add(step > 0 ? end.equals(from.dim(axis)) ? Dim.of(Long.MAX_VALUE) : end
                    : end.minus(from.dim(axis)));
            axes.add((long) axis);
            steps.add(step);
        }
        if (axes.isEmpty()) {
            return value;
        }
        var inputs = new ArrayList<@Nullable Ref>(List.of(value, site.sizes(begins), site.sizes(ends),
                site.longs(axes.stream().mapToLong(Long::longValue).toArray())));
        if (steps.stream().anyMatch(s -> s != 1)) {
            inputs.add(site.longs(steps.stream().mapToLong(Long::longValue).toArray()));
        }
        return site.op("Slice", value.dtype(), inputs);
    }

    // ---- expand

    /** Broadcasts to a shape, whatever shape the value has. */
    static Ref expand(Site site, Ref value, Shape to) {
        return moved(site, value, v -> site.op("Expand", v.dtype(), v, site.sizes(to.dims())));
    }

    private static Ref expand(Site site, Ref value, Shape from, Shape to) {
        int extra = to.rank() - from.rank();
        if (extra < 0) {
            throw new IrException("expand of " + from + " to " + to);
        }
        var target = new ArrayList<Dim>();
        for (int axis = 0; axis < to.rank(); axis++) {
            // where the sizes agree already, 1 says so without anyone having to know them
            boolean same = axis >= extra && !from.dim(axis - extra).equals(Dim.ONE);
            target.add(same ? Dim.ONE : to.dim(axis));
        }
        if (extra == 0 && target.stream().allMatch(Dim.ONE::equals)) {
            return value;
        }
        return site.op("Expand", value.dtype(), value, site.sizes(target));
    }

}
