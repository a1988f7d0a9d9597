package dev.sinter.runtime;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Makes bindings, and keeps those used last. */
final class Binder {
    static final int KEPT = 64;

    /** Symbol values as a key. */
    private record Key(long[] symbols) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key(long[] theirs) && Arrays.equals(symbols, theirs);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(symbols);
        }
    }

    private final ModelInfo info;
    private final Program program;
    private final int workers;
    private final LinkedHashMap<Key, Binding> kept = new LinkedHashMap<>(KEPT, 0.75f, true);

    Binder(ModelInfo info, Program program, int workers) {
        this.info = info;
        this.program = program;
        this.workers = workers;
    }

    /**
     * The binding for these symbol values.
     *
     * @throws ModelException if something becomes too big
     */
    Binding get(long[] symbols) {
        synchronized (kept) {
            Binding known = kept.get(new Key(symbols));
            if (known != null) {
                return known;
            }
        }
        // Outside the lock: two threads may compute the same, but none waits for another's shape.
        Binding made = make(symbols.clone());
        synchronized (kept) {
            kept.put(new Key(made.symbols()), made);
            if (kept.size() > KEPT) {
                kept.pollFirstEntry();
            }
        }
        return made;
    }

    int keptCount() {
        synchronized (kept) {
            return kept.size();
        }
    }

    private Binding make(long[] symbols) {
        var values = new long[info.valueCount()];
        try {
            program.bind(symbols.clone(), values);
        } catch (ArithmeticException e) {
            throw new ModelException(where(symbols) + ": a size is out of range: " + e.getMessage(), e);
        }
        int allocations = info.allocations().size();
        var p = new int[allocations + info.paramCount()];
        var strides = new int[allocations];
        var lengths = new int[StorageClass.values().length];
        for (StorageClass storage : StorageClass.values()) {
            place(storage, symbols, values, p, strides, lengths);
        }
        for (int i = 0; i < info.paramCount(); i++) {
            long value = values[info.firstParam() + i];
            if (value != (int) value) {
                throw new ModelException(where(symbols) + ": parameter " + i + " is " + value
                        + ", expected it to fit into an int");
            }
            p[allocations + i] = (int) value;
        }
        return withOutputs(symbols, values, p, strides, lengths);
    }

    private void place(StorageClass storage, long[] symbols, long[] values, int[] p, int[] strides, int[] lengths) {
        int[] chosen = IntStream.range(0, info.allocations().size())
                .filter(i -> info.allocations().get(i).storage() == storage).toArray();
        if (chosen.length == 0) {
            return;
        }
        var sizes = new long[chosen.length];
        var first = new int[chosen.length];
        var last = new int[chosen.length];
        for (int i = 0; i < chosen.length; i++) {
            AllocationInfo allocation = info.allocations().get(chosen[i]);
            long size = values[allocation.size()];
            if (size < 0 || size > Placement.MAX_LENGTH) {
                throw tooBig(storage, symbols, chosen[i], size, "it alone");
            }
            size = Placement.round(size);
            sizes[i] = allocation.perWorker() ? size * workers : size;
            strides[chosen[i]] = allocation.perWorker() ? (int) Math.min(size, Integer.MAX_VALUE) : 0;
            first[i] = allocation.firstStep();
            last[i] = allocation.lastStep();
        }
        long[] offsets = Placement.place(sizes, first, last);
        for (int i = 0; i < chosen.length; i++) {
            long end = offsets[i] + sizes[i];
            if (end > Placement.MAX_LENGTH) {
                int largest = IntStream.range(0, sizes.length).reduce((a, b) -> sizes[b] > sizes[a] ? b : a).orElse(0);
                throw tooBig(storage, symbols, chosen[largest], sizes[largest], "with what lives beside it");
            }
            p[chosen[i]] = (int) offsets[i];
            lengths[storage.ordinal()] = Math.max(lengths[storage.ordinal()], (int) end);
        }
    }

    private Binding withOutputs(long[] symbols, long[] values, int[] p, int[] strides, int[] lengths) {
        List<ValueInfo> outputs = info.outputs();
        var shapes = new long[outputs.size()][];
        var outputLengths = new int[outputs.size()];
        for (int i = 0; i < shapes.length; i++) {
            ValueInfo output = outputs.get(i);
            shapes[i] = output.dims().stream().mapToLong(dim -> extent(dim, symbols, values)).toArray();
            try {
                outputLengths[i] = (int) output.dtype().arrayLength(Tensor.size(output.dtype(), shapes[i]));
            } catch (ModelException e) {
                throw new ModelException(where(symbols) + ", output '" + output.name() + "': " + e.getMessage(), e);
            }
        }
        return new Binding(symbols, values, p, strides, lengths, shapes, outputLengths);
    }

    static long extent(DimInfo dim, long[] symbols, long[] values) {
        return switch (dim) {
            case DimInfo.Constant(long extent) -> extent;
            case DimInfo.Symbol(int index, _) -> symbols[index];
            case DimInfo.Expression(_, int index) -> values[index];
        };
    }

    private ModelException tooBig(StorageClass storage, long[] symbols, int index, long size, String why) {
        AllocationInfo a = info.allocations().get(index);
        return new ModelException(where(symbols) + ": allocation " + index + " (" + storage.label() + ", steps "
                + a.firstStep() + " to " + a.lastStep() + ") needs " + size + " elements; " + why
                + " is more than the " + Placement.MAX_LENGTH + " an arena can hold");
    }

    private String where(long[] symbols) {
        String bound = IntStream.range(0, symbols.length)
                .mapToObj(i -> info.symbols().get(i).name() + "=" + symbols[i]).collect(Collectors.joining(", "));
        return "model '" + info.name() + "'" + (bound.isEmpty() ? "" : " with " + bound);
    }
}
