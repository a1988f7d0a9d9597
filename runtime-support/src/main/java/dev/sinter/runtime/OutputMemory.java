package dev.sinter.runtime;

import java.util.LinkedHashMap;

/** The outputs of calls of a model that is one block: their arrays, and packing of two- and four-bit elements. */
final class OutputMemory {
    private final ModelInfo info;
    private final boolean packs; // whether an output has a two- or four-bit type

    /** For a model; one with a script allocates its outputs itself. */
    OutputMemory(ModelInfo info) {
        this.info = info;
        this.packs = !info.script().exists() && packs(info);
    }

    private static boolean packs(ModelInfo info) {
        for (ValueInfo output : info.outputs()) {
            if (Packing.isPacked(output.dtype())) {
                return true;
            }
        }
        return false;
    }

    /** Allocates the outputs; their arrays go behind the inputs'. */
    Outputs allocate(Binding binding, Object[] io) {
        return allocate(binding, io, SessionState.NONE, null);
    }

    /** Outputs of a session: not those it keeps as states; earlier ones serve again where their shape is the same. */
    Outputs allocate(Binding binding, Object[] io, SessionState state, Outputs earlier) {
        var values = new LinkedHashMap<String, Value>();
        for (int i = 0; i < info.outputs().size(); i++) {
            ValueInfo output = info.outputs().get(i);
            if (state.keeps(output.name())) {
                continue;
            }
            Tensor tensor = earlier == null ? null : earlier.tensor(output.name());
            if (tensor == null || !tensor.hasShape(binding.shapes()[i]) || Packing.isPacked(output.dtype())) {
                Object array = output.dtype().storage().allocate(binding.outputLengths()[i]);
                io[info.inputs().size() + i] = array;
                tensor = Call.tensor(output.dtype(), array, binding.shapes()[i]);
            } else {
                io[info.inputs().size() + i] = tensor.array();
            }
            values.put(output.name(), tensor);
        }
        return new Outputs(values);
    }

    /** Packs what kernels wrote an element in a byte each. */
    void finish(Outputs outputs, Object[] io) {
        if (!packs) {
            return;
        }
        int at = info.inputs().size();
        for (ValueInfo output : info.outputs()) {
            if (Packing.isPacked(output.dtype())) {
                Tensor tensor = outputs.tensor(output.name());
                byte[] packed = Packing.pack(tensor.dtype(), (byte[]) io[at], (int) tensor.size());
                System.arraycopy(packed, 0, tensor.array(), 0, packed.length);
            }
            at++;
        }
    }
}
