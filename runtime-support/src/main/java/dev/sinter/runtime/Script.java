package dev.sinter.runtime;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A model's script with what its calls share: the blocks' bindings and the constants. */
final class Script {
    private final ModelInfo info;
    private final boolean checked;
    private final List<SymbolInfo> symbols;
    private final List<Binder> binders = new ArrayList<>();
    private final Value[] constants;

    Script(ModelInfo info, Program program, MemorySegment weights, int workers, boolean checked) {
        this.info = info;
        this.checked = checked;
        this.symbols = info.allSymbols();
        for (int i = 0; i < info.script().blocks().size(); i++) {
            binders.add(Binder.of(info, i, program, workers));
        }
        this.constants = new Value[info.script().registers()];
        for (ConstantInfo constant : info.script().constants()) {
            constants[constant.register()] = read(constant, weights);
        }
    }

    private static Tensor read(ConstantInfo constant, MemorySegment weights) {
        int count = constant.count();
        if (constant.dtype() == DType.STRING) {
            return Tensor.of(Texts.read(weights, constant.offset(), count), constant.dims());
        }
        StorageClass storage = constant.dtype().storage();
        int length = (int) (Packing.isPacked(constant.dtype()) ? count : constant.dtype().arrayLength(count));
        Object array = storage.allocate(length);
        if (length > 0) {
            MemorySegment.copy(weights, storage.layout(), constant.offset(), array, 0, length);
        }
        return Call.tensor(constant.dtype(), array, constant.dims());
    }

    ScriptInfo info() {
        return info.script();
    }

    SymbolInfo symbol(int number) {
        return symbols.get(number);
    }

    Binding binding(int block, long[] values) {
        return binders.get(block).get(values);
    }

    /** Where a block has what in the arenas. */
    List<ArenaPart> parts(int block, long[] values) {
        return binders.get(block).parts(values);
    }

    void run(Program program, int block, Frame frame) {
        if (checked) {
            frame.poison();
        }
        frame.run(program, block);
    }

    /**
     * A call's registers, with inputs and constants in place.
     *
     * @param program runs the script and its blocks
     * @param bound values of the model's symbols
     */
    Call call(Program program, Frame frame, Value[] inputs, long[] bound) {
        Value[] registers = constants.clone();
        System.arraycopy(inputs, 0, registers, 0, inputs.length);
        var all = new long[symbols.size()];
        System.arraycopy(bound, 0, all, 0, bound.length);
        return new Call(this, program, frame, registers, all);
    }

    /** Runs the script. */
    void run(Call call) {
        call.program().script(call);
    }

    /** The outputs, which belong to the caller: what is an input, a constant or another output too is copied. */
    Outputs outputs(Call call, Value[] inputs) {
        Set<Object> taken = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Value input : inputs) {
            note(input, taken);
        }
        for (Value constant : constants) {
            note(constant, taken);
        }
        var values = new LinkedHashMap<String, Value>();
        for (int i = 0; i < info.outputs().size(); i++) {
            values.put(info.outputs().get(i).name(), own(call.get(info.script().outputs().get(i)), taken));
        }
        return new Outputs(values);
    }

    private static void note(Value value, Set<Object> taken) {
        switch (value) {
            case null -> {
                // a register without a value
            }
            case Tensor t -> taken.add(t.array());
            case SequenceValue s -> s.values().forEach(v -> note(v, taken));
            case OptionalValue o -> o.value().ifPresent(v -> note(v, taken));
            case MapValue m -> m.entries().values().forEach(v -> note(v, taken));
        }
    }

    private static Value own(Value value, Set<Object> taken) {
        return switch (value) {
            case Tensor t -> taken.add(t.array()) ? t : copy(t);
            case SequenceValue s -> new SequenceValue(s.values().stream().map(v -> own(v, taken)).toList());
            case OptionalValue(Optional<Value> content) -> new OptionalValue(content.map(v -> own(v, taken)));
            case MapValue m -> {
                Map<Object, Value> entries = new LinkedHashMap<>();
                m.entries().forEach((key, v) -> entries.put(key, own(v, taken)));
                yield new MapValue(entries);
            }
        };
    }

    private static Tensor copy(Tensor tensor) {
        int length = (int) tensor.dtype().arrayLength(tensor.size());
        Object array = tensor.dtype().storage().allocate(length);
        System.arraycopy(tensor.array(), 0, array, 0, length);
        return Tensor.of(tensor.dtype(), array, tensor.shape());
    }
}
