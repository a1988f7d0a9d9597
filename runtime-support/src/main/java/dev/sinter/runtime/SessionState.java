package dev.sinter.runtime;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * States that a session keeps in place: an array for each with room for more, in which a run finds what came before and
 * leaves what it appends. For one thread at a time.
 */
final class SessionState {
    /** No states. */
    static final SessionState NONE = new SessionState();

    private final ModelInfo info;
    private final List<StateInfo> states;
    private final int capacity;
    private final int capacitySymbol;
    private final int[] inputs;
    private final int[] outputs;
    private final Object[] arrays;
    private final long[][] shapes; // of the inputs, as long as they are now
    private final Set<String> kept = new HashSet<>();

    private SessionState() {
        this.info = null;
        this.states = List.of();
        this.capacity = 0;
        this.capacitySymbol = -1;
        this.inputs = new int[0];
        this.outputs = new int[0];
        this.arrays = new Object[0];
        this.shapes = new long[0][];
    }

    /** All states of a model, with room for {@code capacity} positions. */
    SessionState(ModelInfo info, int capacity) {
        this.info = info;
        this.states = info.states();
        this.capacity = capacity;
        int n = states.size();
        this.inputs = new int[n];
        this.outputs = new int[n];
        this.arrays = new Object[n];
        this.shapes = new long[n][];
        for (int i = 0; i < n; i++) {
            inputs[i] = position(info.inputs(), states.get(i).input());
            outputs[i] = position(info.outputs(), states.get(i).output());
            kept.add(states.get(i).output());
        }
        int found = -1;
        for (int s = 0; s < info.symbols().size(); s++) {
            found = info.symbols().get(s).isCapacity() ? s : found;
        }
        this.capacitySymbol = found;
    }

    private static int position(List<ValueInfo> values, String name) {
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i).name().equals(name)) {
                return i;
            }
        }
        throw new IllegalStateException(name);
    }

    /** Whether an output is a state. */
    boolean keeps(String output) {
        return kept.contains(output);
    }

    /** Whether an input is a state. */
    boolean isInput(int input) {
        for (int i : inputs) {
            if (i == input) {
                return true;
            }
        }
        return false;
    }

    /** Empties all states. */
    void clear() {
        Arrays.fill(shapes, null);
    }

    /** Shortens all states to their first positions. */
    void truncate(long length) {
        for (int i = 0; i < states.size(); i++) {
            if (length < 0 || length > length(i)) {
                throw new ModelException(where(i) + ": expected a length of 0 to " + length(i) + ", got " + length);
            }
        }
        for (int i = 0; i < states.size(); i++) {
            if (shapes[i] != null) {
                shapes[i] = shapes[i].clone();
                shapes[i][states.get(i).axis()] = length;
            }
        }
    }

    /** How long a state is. */
    long length(int state) {
        return shapes[state] == null ? 0 : shapes[state][states.get(state).axis()];
    }

    /** Fills in the symbols that the other inputs do not tell. */
    void bind(long[] symbols) {
        for (int i = 0; i < states.size(); i++) {
            int axis = states.get(i).axis();
            List<DimInfo> dims = info.inputs().get(inputs[i]).dims();
            for (int d = 0; d < dims.size(); d++) {
                if (dims.get(d) instanceof DimInfo.Symbol(int s, String name)) {
                    long wanted = d == axis ? length(i) : shapes[i] == null ? symbols[s] : shapes[i][d];
                    if (wanted < 0) {
                        throw new ModelException(where(i) + ", dimension " + d + " ('" + name
                                + "'): no other input tells it");
                    }
                    if (symbols[s] >= 0 && symbols[s] != wanted) {
                        throw new ModelException(where(i) + ", dimension " + d + " ('" + name + "'): the state has "
                                + wanted + ", the inputs " + symbols[s]);
                    }
                    SymbolInfo symbol = info.symbols().get(s);
                    if (wanted < symbol.min() || wanted > symbol.max()) {
                        throw new ModelException(where(i) + ", dimension " + d + " ('" + name + "'): expected "
                                + symbol.min() + " to " + symbol.max() + ", got " + wanted);
                    }
                    symbols[s] = wanted;
                }
            }
        }
        if (capacitySymbol >= 0) {
            symbols[capacitySymbol] = capacity;
        }
    }

    /** Puts the arrays where a run reads and writes them, made as large as they must be. */
    void place(Binding binding, Object[] io) {
        for (int i = 0; i < states.size(); i++) {
            int axis = states.get(i).axis();
            long[] shape = binding.shapes()[outputs[i]];
            if (shape[axis] > capacity) {
                throw new ModelException(where(i) + ": expected at most " + capacity
                        + " positions, the session's capacity, got " + shape[axis]);
            }
            long[] room = shape.clone();
            room[axis] = capacity;
            DType dtype = info.outputs().get(outputs[i]).dtype();
            int length = (int) dtype.arrayLength(Tensor.size(dtype, room));
            if (arrays[i] == null || dtype.storage().length(arrays[i]) != length) {
                arrays[i] = dtype.storage().allocate(length);
            }
            io[inputs[i]] = arrays[i];
            io[info.inputs().size() + outputs[i]] = arrays[i];
        }
    }

    /** After a run: the states are as long as the outputs were. */
    void advance(Binding binding) {
        for (int i = 0; i < states.size(); i++) {
            shapes[i] = binding.shapes()[outputs[i]];
        }
    }

    /** A copy of what an output of that name is now. */
    Tensor copy(String output) {
        for (int i = 0; i < states.size(); i++) {
            if (states.get(i).output().equals(output)) {
                return copy(i);
            }
        }
        throw new ModelException("model '" + info.name() + "': unknown state '" + output + "'; expected " + kept);
    }

    private Tensor copy(int i) {
        DType dtype = info.outputs().get(outputs[i]).dtype();
        if (shapes[i] == null) {
            throw new ModelException(where(i) + ": the state is empty");
        }
        int axis = states.get(i).axis();
        long inner = dtype.arrayLength(1);
        for (int d = axis + 1; d < shapes[i].length; d++) {
            inner *= shapes[i][d];
        }
        int length = (int) (inner * shapes[i][axis]);
        int room = (int) (inner * capacity);
        int rows = length == 0 ? 0 : (int) (dtype.arrayLength(Tensor.size(dtype, shapes[i])) / length);
        Object to = dtype.storage().allocate(length * rows);
        for (int row = 0; row < rows; row++) {
            System.arraycopy(arrays[i], row * room, to, row * length, length);
        }
        return Tensor.of(dtype, to, shapes[i]);
    }

    private String where(int i) {
        return "model '" + info.name() + "', state " + states.get(i);
    }
}
