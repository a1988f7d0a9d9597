package dev.sinter.frontend.dsl;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.ops.Operand;
import dev.sinter.ir.Dim;
import dev.sinter.ir.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Parts of tensors and lists: {@code x[0, 1:n, ..., new]}. */
final class Selecting {
    private final Evaluation evaluation;
    private final Primitives primitives;

    Selecting(Evaluation evaluation, Primitives primitives) {
        this.evaluation = evaluation;
        this.primitives = primitives;
    }

    Item select(Ast.Selection s, Item of, Frame frame) {
        return switch (of) {
            case Item.Tensor(var operand) -> new Part(s, operand, frame).select();
            case Item.State state -> new Part(s, state.operand(), frame).select();
            case Item.Items(var elements) -> element(s, elements, frame);
            default -> throw frame.error(s.place(),
                    "a tensor or a list was expected before '[', not " + of.describe());
        };
    }

    private Item element(Ast.Selection s, List<Item> elements, Frame frame) {
        if (s.indices().size() != 1) {
            throw frame.error(s.place(), "one index of a list was expected, not " + s.indices().size());
        }
        int n = elements.size();
        return switch (s.indices().getFirst()) {
            case Ast.At(var position, var place) -> {
                long at = evaluation.constant(position, frame);
                if (at < -n || at >= n) {
                    throw frame.error(place, "an index from " + -n + " to " + (n - 1) + " was expected, not " + at);
                }
                yield elements.get((int) (at < 0 ? at + n : at));
            }
            case Ast.Range(var from, var to, var by, var place) when by == null -> {
                long start = Math.clamp(wrapped(from, 0, n, frame), 0, n);
                long end = Math.clamp(wrapped(to, n, n, frame), start, n);
                yield new Item.Items(List.copyOf(elements.subList((int) start, (int) end)));
            }
            case Ast.Index other -> throw frame.error(other.place(), "an index or a range of a list was expected");
        };
    }

    private long wrapped(Ast.@Nullable Expression bound, long otherwise, int n, Frame frame) {
        long value = bound == null ? otherwise : evaluation.constant(bound, frame);
        return value < 0 ? value + n : value;
    }

    /** One selection of a tensor: slices first, then axes are dropped, then new ones put in. */
    private final class Part {
        private final Ast.Selection selection;
        /** The tensor, with axes of which one element was looked up. */
        private Operand looked;
        private final TensorType type;
        private final Frame frame;
        private final List<Dim> starts = new ArrayList<>();
        private final List<Dim> ends = new ArrayList<>();
        private final List<Dim> axes = new ArrayList<>();
        private final List<Dim> steps = new ArrayList<>();
        private final List<Dim> dropped = new ArrayList<>();
        private final List<Dim> added = new ArrayList<>();

        Part(Ast.Selection selection, Operand operand, Frame frame) {
            this.selection = selection;
            this.looked = operand;
            this.type = operand.type();
            this.frame = frame;
        }

        Item select() {
            int used = (int) selection.indices().stream()
                    .filter(i -> !(i instanceof Ast.Rest || i instanceof Ast.NewAxis)).count();
            int rank = type.shape().rank();
            if (used > rank) {
                throw frame.error(selection.place(), used + " indices were given, but " + type + " has "
                        + (rank == 1 ? "one axis" : rank + " axes"));
            }
            int axis = 0;
            int position = 0;
            boolean rest = false;
            for (var index : selection.indices()) {
                switch (index) {
                    case Ast.Rest r -> {
                        if (rest) {
                            throw frame.error(r.place(), "one '...' was expected at most");
                        }
                        rest = true;
                        axis += rank - used;
                        position += rank - used;
                    }
                    case Ast.NewAxis a -> added.add(Dim.of(position++));
                    case Ast.Range r -> {
                        slice(r, axis++);
                        position++;
                    }
                    case Ast.At at -> at(at, axis++);
                }
            }
            return new Item.Tensor(moved(moved(sliced(), "Squeeze", dropped), "Unsqueeze", added));
        }

        private Operand sliced() {
            return axes.isEmpty() ? looked : primitives.lower("Slice", List.of(looked, Primitives.sizes(starts),
                    Primitives.sizes(ends), Primitives.sizes(axes), Primitives.sizes(steps)), List.of(), 1, "slice",
                    selection.place(), frame).getFirst();
        }

        private Operand moved(Operand from, String operator, List<Dim> where) {
            return where.isEmpty() ? from : primitives.lower(operator, List.of(from, Primitives.sizes(where)),
                    List.of(), 1, operator.toLowerCase(Locale.ROOT), selection.place(), frame).getFirst();
        }

        private void slice(Ast.Range range, int axis) {
            if (range.from() == null && range.to() == null && range.by() == null) {
                return;
            }
            var size = type.shape().dim(axis);
            long step = range.by() == null ? 1 : evaluation.constant(range.by(), frame);
            if (step == 0) {
                throw frame.error(range.place(), "a step other than 0 was expected");
            }
            var from = range.from() == null ? Dim.of(step > 0 ? 0 : -1) : bound(range.from(), size, axis);
            var to = range.to() == null ? Dim.of(step > 0 ? Long.MAX_VALUE : Long.MIN_VALUE)
                    : bound(range.to(), size, axis);
            add(axis, from, to, step);
        }

        private void at(Ast.At at, int axis) {
            var size = type.shape().dim(axis);
            var item = evaluation.evaluate(at.position(), frame);
            if (!(item instanceof Item.Size(var position))) {
                throw frame.error(at.place(), "a number was expected as index, not " + item.describe()
                        + (item instanceof Item.Tensor ? "; gather(x, indices, axis) looks up by a tensor" : ""));
            }
            if (position instanceof Dim.Const(long value) && size instanceof Dim.Const(long n)
                    && (value >= n || value < -n)) {
                throw frame.error(at.place(), "an index from " + -n + " to " + (n - 1) + " was expected at axis "
                        + axis + " of " + type + ", not " + value);
            }
            dropped.add(Dim.of(axis));
            // a slice is free, but only where the element is known to be there; otherwise each run looks
            if (position instanceof Dim.Const(long value)
                    && (size.isConst() || value >= 0 && evaluation.symbols().min(size) > value)) {
                add(axis, position, value == -1 ? Dim.of(Long.MAX_VALUE) : position.plus(Dim.ONE), 1);
            } else {
                looked = primitives.lower("Gather", List.of(looked, Primitives.sizes(List.of(position))),
                        List.of(Attribute.of("axis", axis)), 1, "gather", selection.place(), frame).getFirst();
            }
        }

        private Dim bound(Ast.Expression expression, Dim size, int axis) {
            var item = evaluation.evaluate(expression, frame);
            if (!(item instanceof Item.Size(var bound))) {
                throw frame.error(expression.place(), "a number was expected, not " + item.describe());
            }
            if (size instanceof Dim.Const(long n)) {
                long most = evaluation.symbols().max(bound);
                if (bound instanceof Dim.Const(long value) ? value > n || value < -n : most > n) {
                    throw frame.error(expression.place(), bound + (bound.isConst() ? " is" : " may be") + " beyond "
                            + n + ", the size of axis " + axis + " of " + type + (bound instanceof Dim.Sym
                                    ? "; 'dim " + bound + " <= " + n + "' bounds it" : ""));
                }
            }
            return bound;
        }

        private void add(int axis, Dim from, Dim to, long step) {
            axes.add(Dim.of(axis));
            starts.add(from);
            ends.add(to);
            steps.add(Dim.of(step));
        }
    }
}
