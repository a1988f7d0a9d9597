package dev.sinter.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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

    private final String model;
    private final List<SymbolInfo> names;
    private final int[] used; // indices of the symbols that matter; null: all
    private final BlockInfo block;
    private final Program program;
    private final int number; // of the block; negative: the whole model
    private final int workers;
    private final LinkedHashMap<Key, Binding> kept = new LinkedHashMap<>(KEPT, 0.75f, true);

    private Binder(ModelInfo info, List<SymbolInfo> names, int[] used, BlockInfo block, Program program,
            int number, int workers) {
        this.model = info.name();
        this.names = names;
        this.used = used;
        this.block = block;
        this.program = program;
        this.number = number;
        this.workers = workers;
    }

    /** Binds a whole model, or the dimensions at its border if it has a script. */
    Binder(ModelInfo info, Program program, int workers) {
        this(info, info.symbols(), null, whole(info), program, -1, workers);
    }

    /** Binds one block of a script. */
    static Binder of(ModelInfo info, int number, Program program, int workers) {
        BlockInfo block = info.script().blocks().get(number);
        List<SymbolInfo> all = info.allSymbols();
        var used = new int[block.symbols().size()];
        var names = new ArrayList<SymbolInfo>();
        for (int i = 0; i < used.length; i++) {
            used[i] = block.symbols().get(i);
            names.add(all.get(used[i]));
        }
        return new Binder(info, names, used, block, program, number, workers);
    }

    private static BlockInfo whole(ModelInfo info) {
        List<ValueInfo> outputs = info.script().exists() ? List.of() : info.outputs();
        return new BlockInfo(List.of(), List.of(), Collections.nCopies(outputs.size(), 0), outputs,
                info.allocations(), info.valueCount(), info.firstParam(), info.paramCount());
    }

    /**
     * The binding for these symbol values.
     *
     * @throws ModelException if something becomes too big
     */
    Binding get(long[] symbols) {
        long[] key = used == null ? symbols : chosen(symbols);
        synchronized (kept) {
            Binding known = kept.get(new Key(key));
            if (known != null) {
                return known;
            }
        }
        // Outside the lock: two threads may compute the same, but none waits for another's shape.
        Binding made = make(used == null ? symbols.clone() : key, symbols.clone());
        synchronized (kept) {
            kept.put(new Key(made.symbols()), made);
            if (kept.size() > KEPT) {
                kept.pollFirstEntry();
            }
        }
        return made;
    }

    /** The allocations with their places. */
    List<ArenaPart> parts(long[] symbols) {
        Binding binding = get(symbols);
        var parts = new ArrayList<ArenaPart>();
        for (int i = 0; i < block.allocations().size(); i++) {
            AllocationInfo a = block.allocations().get(i);
            long elements = binding.values()[a.size()] * (a.perWorker() ? workers : 1);
            parts.add(new ArenaPart(a.storage(), a.firstStep(), a.lastStep(),
                    (long) a.storage().bytes() * binding.p()[i], a.storage().bytes() * elements, a.perWorker()));
        }
        return parts;
    }

    int keptCount() {
        synchronized (kept) {
            return kept.size();
        }
    }

    private long[] chosen(long[] symbols) {
        var key = new long[used.length];
        for (int i = 0; i < key.length; i++) {
            key[i] = symbols[used[i]];
        }
        return key;
    }

    /**
     * A new binding.
     *
     * @param symbols values of the symbols that matter
     * @param all values of all symbols
     */
    private Binding make(long[] symbols, long[] all) {
        var values = new long[block.valueCount()];
        try {
            if (number < 0) {
                program.bind(all, values);
            } else {
                program.bind(number, all, values);
            }
        } catch (ArithmeticException e) {
            throw new ModelException(where(symbols) + ": a size is out of range: " + e.getMessage(), e);
        }
        int allocations = block.allocations().size();
        var p = new int[allocations + block.paramCount()];
        var strides = new int[allocations];
        var lengths = new int[StorageClass.values().length];
        for (StorageClass storage : StorageClass.values()) {
            place(storage, symbols, values, p, strides, lengths);
        }
        for (int i = 0; i < block.paramCount(); i++) {
            long value = values[block.firstParam() + i];
            if (value != (int) value) {
                throw new ModelException(where(symbols) + ": parameter " + i + " is " + value
                        + ", expected it to fit into an int");
            }
            p[allocations + i] = (int) value;
        }
        return withOutputs(symbols, all, values, p, strides, lengths);
    }

    /** The allocations of a storage class. */
    private int[] of(StorageClass storage) {
        var chosen = new int[block.allocations().size()];
        int count = 0;
        for (int i = 0; i < chosen.length; i++) {
            if (block.allocations().get(i).storage() == storage) {
                chosen[count++] = i;
            }
        }
        return Arrays.copyOf(chosen, count);
    }

    private void place(StorageClass storage, long[] symbols, long[] values, int[] p, int[] strides, int[] lengths) {
        int[] chosen = of(storage);
        if (chosen.length == 0) {
            return;
        }
        var sizes = new long[chosen.length];
        var first = new int[chosen.length];
        var last = new int[chosen.length];
        for (int i = 0; i < chosen.length; i++) {
            AllocationInfo allocation = block.allocations().get(chosen[i]);
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
        int lead = Placement.lead(storage);
        for (int i = 0; i < chosen.length; i++) {
            long end = lead + offsets[i] + sizes[i];
            if (end > Placement.MAX_LENGTH) {
                int largest = IntStream.range(0, sizes.length).reduce((a, b) -> sizes[b] > sizes[a] ? b : a).orElse(0);
                throw tooBig(storage, symbols, chosen[largest], sizes[largest], "with what lives beside it");
            }
            p[chosen[i]] = lead + (int) offsets[i];
            lengths[storage.ordinal()] = Math.max(lengths[storage.ordinal()], (int) end);
        }
    }

    private Binding withOutputs(long[] symbols, long[] all, long[] values, int[] p, int[] strides, int[] lengths) {
        List<ValueInfo> outputs = block.results();
        var shapes = new long[outputs.size()][];
        var outputLengths = new int[outputs.size()];
        for (int i = 0; i < shapes.length; i++) {
            ValueInfo output = outputs.get(i);
            shapes[i] = new long[output.dims().size()];
            for (int d = 0; d < shapes[i].length; d++) {
                shapes[i][d] = extent(output.dims().get(d), all, values);
            }
            try {
                outputLengths[i] = plainLength(output.dtype(), shapes[i]);
            } catch (ModelException e) {
                throw new ModelException(where(symbols) + ", output '" + output.name() + "': " + e.getMessage(), e);
            }
        }
        return new Binding(symbols, values, p, strides, lengths, shapes, outputLengths, new StepTimes());
    }

    /** Length of the array that kernels write: packed types have an element in each byte there. */
    private static int plainLength(DType dtype, long[] shape) {
        long size = Tensor.size(dtype, shape);
        return (int) (Packing.isPacked(dtype) ? size : dtype.arrayLength(size));
    }

    static long extent(DimInfo dim, long[] symbols, long[] values) {
        if (dim instanceof DimInfo.Constant(long extent)) {
            return extent;
        }
        if (dim instanceof DimInfo.Symbol(int index, _)) {
            return symbols[index];
        }
        if (dim instanceof DimInfo.Expression(_, int index)) {
            return values[index];
        }
        throw new IllegalStateException("nobody knows " + dim + " here");
    }

    private ModelException tooBig(StorageClass storage, long[] symbols, int index, long size, String why) {
        AllocationInfo a = block.allocations().get(index);
        return new ModelException(where(symbols) + ": allocation " + index + " (" + storage.label() + ", steps "
                + a.firstStep() + " to " + a.lastStep() + ") needs " + size + " elements; " + why
                + " is more than the " + Placement.MAX_LENGTH + " an arena can hold");
    }

    private String where(long[] symbols) {
        String bound = IntStream.range(0, symbols.length)
                .mapToObj(i -> names.get(i).name() + "=" + symbols[i]).collect(Collectors.joining(", "));
        return "model '" + model + "'" + (bound.isEmpty() ? "" : " with " + bound);
    }
}
