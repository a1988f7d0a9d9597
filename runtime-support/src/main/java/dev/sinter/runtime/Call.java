package dev.sinter.runtime;

import dev.sinter.runtime.library.Routines;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One call of a model with a script: its registers, which hold values as callers see them (two- and four-bit types
 * packed), and the values of its symbols. Emitted scripts call the methods here; it is for one thread.
 */
public final class Call {
    private final Script script;
    private final Program program;
    private final Frame frame;
    private final Value[] registers;
    private final long[] symbols;
    private final List<List<Tensor>> collected = new ArrayList<>();
    private long scratchBytes;

    Call(Script script, Program program, Frame frame, Value[] registers, long[] symbols) {
        this.script = script;
        this.program = program;
        this.frame = frame;
        this.registers = registers;
        this.symbols = symbols;
    }

    /**
     * The symbols' values, which emitted code computes with.
     *
     * @return the values by the symbols' numbers; not a copy
     */
    public long[] symbols() {
        return symbols;
    }

    /**
     * What a register holds.
     *
     * @param register its number
     * @return its value; null if nothing was put there
     */
    public Value get(int register) {
        return registers[register];
    }

    /**
     * Puts a value into a register.
     *
     * @param register its number
     * @param value the value
     */
    public void set(int register, Value value) {
        registers[register] = value;
    }

    /** What runs the script and its blocks. */
    Program program() {
        return program;
    }

    /** Most memory that a block has needed. */
    long scratchBytes() {
        return scratchBytes;
    }

    /**
     * Runs a block: it reads its input registers and puts fresh tensors into its output registers.
     *
     * @param number the block's number
     * @throws ModelException if a size is out of range or the block fails
     */
    public void block(int number) {
        BlockInfo block = script.info().blocks().get(number);
        Binding binding = script.binding(number, symbols);
        int inputs = block.inputs().size();
        var io = new Object[inputs + block.outputs().size()];
        for (int i = 0; i < inputs; i++) {
            io[i] = plain((Tensor) registers[block.inputs().get(i)]);
        }
        for (int i = inputs; i < io.length; i++) {
            io[i] = block.results().get(i - inputs).dtype().storage().allocate(binding.outputLengths()[i - inputs]);
        }
        if (frame.steps != null) {
            frame.steps.block(this, number);
        }
        frame.grow(binding);
        frame.io = io;
        scratchBytes = Math.max(scratchBytes, binding.bytes());
        script.run(program, number, frame);
        for (int i = inputs; i < io.length; i++) {
            registers[block.outputs().get(i - inputs)] =
                    tensor(block.results().get(i - inputs).dtype(), io[i], binding.shapes()[i - inputs]);
        }
    }

    /** Where a block has what in the arenas, for the symbols as they are now. */
    List<ArenaPart> parts(int block) {
        return script.parts(block, symbols);
    }

    /** The array kernels read: two- and four-bit types have an element in each byte there. */
    static Object plain(Tensor tensor) {
        return Packing.isPacked(tensor.dtype())
                ? Packing.unpack(tensor.dtype(), (byte[]) tensor.array(), (int) tensor.size()) : tensor.array();
    }

    /** A tensor on an array that kernels wrote. */
    static Tensor tensor(DType dtype, Object plain, long[] shape) {
        Object array = Packing.isPacked(dtype)
                ? Packing.pack(dtype, (byte[]) plain, (int) Tensor.size(dtype, shape)) : plain;
        return Tensor.of(dtype, array, shape);
    }

    /**
     * Calls a library routine.
     *
     * @param number the call's number
     * @throws ModelException naming the node, if its operands do not fit
     */
    public void library(int number) {
        Steps steps = frame.steps;
        if (steps == null) {
            routine(number);
        } else {
            steps.library(this, number);
        }
    }

    /** Calls a library routine, whoever wants to see that. */
    void routine(int number) {
        LibraryInfo call = script.info().calls().get(number);
        var inputs = new Value[call.inputs().size()];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = registers[call.inputs().get(i)];
        }
        Value[] results;
        try {
            results = Routines.call(call.routine(), call.arguments(), inputs);
        } catch (ModelException e) {
            throw new ModelException(call + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            throw new ModelException(call + " failed: " + e, e);
        }
        if (results.length < call.outputs().size()) {
            throw new ModelException(call + ": expected " + call.outputs().size() + " results, got " + results.length);
        }
        for (int i = 0; i < call.outputs().size(); i++) {
            registers[call.outputs().get(i)] = results[i];
        }
    }

    /**
     * Whether a bool of one element is true.
     *
     * @param register where it is
     * @param where the node, for messages
     * @return the element
     */
    public boolean truth(int register, String where) {
        return one(register, where).toBooleans()[0];
    }

    /**
     * An integer of one element.
     *
     * @param register where it is
     * @param where the node, for messages
     * @return the element
     */
    public long number(int register, String where) {
        return one(register, where).toLongs()[0];
    }

    private Tensor one(int register, String where) {
        if (registers[register] instanceof Tensor t && t.size() == 1) {
            return t;
        }
        throw new ModelException(where + ": expected a tensor of one element, got " + described(registers[register]));
    }

    /**
     * Binds a symbol to an element of an integer tensor.
     *
     * @param register where the tensor is
     * @param element the element's position, row-major
     * @param symbol the symbol's number
     * @param where the node, for messages
     */
    public void element(int register, int element, int symbol, String where) {
        bind(symbol, switch (tensor(register, where).array()) {
            case long[] a -> a[element];
            case int[] a -> a[element];
            default -> tensor(register, where).toLongs()[element];
        }, where + ", element " + element);
    }

    /**
     * Checks that a register holds a tensor of a type and rank.
     *
     * @param register the register
     * @param dtype the element type's label
     * @param rank number of dimensions; -1 allows any
     * @param where the node and result, for messages
     */
    public void check(int register, String dtype, int rank, String where) {
        Tensor tensor = tensor(register, where);
        if (!tensor.dtype().label().equals(dtype) || rank >= 0 && tensor.rank() != rank) {
            throw new ModelException(where + ": expected " + dtype + (rank < 0 ? "" : " of rank " + rank) + ", got "
                    + tensor.describe());
        }
    }

    /**
     * Binds a symbol to a dimension of a tensor.
     *
     * @param register where the tensor is
     * @param axis the dimension's number
     * @param symbol the symbol's number
     * @param where the node and result, for messages
     */
    public void dimension(int register, int axis, int symbol, String where) {
        bind(symbol, tensor(register, where).dim(axis), where + ", dimension " + axis);
    }

    /**
     * Checks a dimension of a tensor.
     *
     * @param register where the tensor is
     * @param axis the dimension's number
     * @param size what it must be
     * @param text what that size is called
     * @param where the node and result, for messages
     */
    public void expect(int register, int axis, long size, String text, String where) {
        long got = tensor(register, where).dim(axis);
        if (got != size) {
            throw new ModelException(where + ", dimension " + axis + ": expected " + size
                    + (text.equals(Long.toString(size)) ? "" : " ('" + text + "')") + ", got " + got);
        }
    }

    private void bind(int symbol, long value, String where) {
        SymbolInfo info = script.symbol(symbol);
        if (value < info.min() || value > info.max()) {
            throw new ModelException(where + " ('" + info.name() + "'): expected " + info.min() + " to " + info.max()
                    + ", got " + value);
        }
        symbols[symbol] = value;
    }

    private Tensor tensor(int register, String where) {
        if (registers[register] instanceof Tensor t) {
            return t;
        }
        throw new ModelException(where + ": expected a tensor, got " + described(registers[register]));
    }

    private static String described(Value value) {
        return switch (value) {
            case null -> "nothing";
            case Tensor t -> t.describe();
            case Value other -> "a " + other.getClass().getSimpleName();
        };
    }

    /**
     * Puts the number of a loop's round into a register, as an i64 scalar.
     *
     * @param register the register
     * @param round from 0
     */
    public void round(int register, long round) {
        registers[register] = Tensor.of(DType.I64, new long[]{round});
    }

    /**
     * Puts a condition into a register, as a bool scalar.
     *
     * @param register the register
     * @param value the condition
     */
    public void flag(int register, boolean value) {
        registers[register] = Tensor.of(DType.BOOL, new byte[]{(byte) (value ? 1 : 0)});
    }

    /** Begins to collect one result of a loop's rounds; nested loops collect inside. */
    public void collect() {
        collected.add(new ArrayList<>());
    }

    /**
     * Keeps a round's slice.
     *
     * @param depth how many collections were begun after this one
     * @param register where the slice is
     * @param where the node and result, for messages
     */
    public void append(int depth, int register, String where) {
        Tensor slice = tensor(register, where);
        List<Tensor> slices = collected.get(collected.size() - 1 - depth);
        if (!slices.isEmpty()) {
            Tensor first = slices.getFirst();
            if (slice.dtype() != first.dtype() || !Arrays.equals(slice.shape(), first.shape())) {
                throw new ModelException(where + ": expected " + first.describe() + " in every round, got "
                        + slice.describe() + " in round " + slices.size());
            }
        }
        slices.add(slice);
    }

    /**
     * Ends the collection begun last: stacks its slices along a new leading axis.
     *
     * @param register where the result goes
     * @param dtype label of the element type
     * @param dims the slices' dimensions if there was no round
     */
    public void stack(int register, String dtype, long[] dims) {
        List<Tensor> slices = collected.removeLast();
        DType type = DType.parse(dtype);
        long[] shape = slices.isEmpty() ? dims : slices.getFirst().shape();
        var whole = new long[shape.length + 1];
        whole[0] = slices.size();
        System.arraycopy(shape, 0, whole, 1, shape.length);
        boolean packed = Packing.isPacked(type);
        long size = Tensor.size(type, whole);
        int each = slices.isEmpty() ? 0
                : (int) (packed ? slices.getFirst().size() : type.arrayLength(slices.getFirst().size()));
        Object array = type.storage().allocate((int) (packed ? size : type.arrayLength(size)));
        for (int i = 0; i < slices.size(); i++) {
            System.arraycopy(plain(slices.get(i)), 0, array, i * each, each);
        }
        registers[register] = tensor(type, array, whole);
    }
}
