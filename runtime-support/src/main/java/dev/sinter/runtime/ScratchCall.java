package dev.sinter.runtime;

/** Calls for a {@link Rehearsal}: they run, on memory of their own, what the model has just been asked. */
final class ScratchCall {
    private ScratchCall() {
    }

    /** A call of a model that is one block, on copies of what it read and wrote. */
    static Rehearsal.Call of(ModelInfo info, Binding binding, Object[] io) {
        var own = new Object[io.length];
        for (int i = 0; i < io.length; i++) {
            ValueInfo value = i < info.inputs().size() ? info.inputs().get(i)
                    : info.outputs().get(i - info.inputs().size());
            for (int j = 0; j < i && own[i] == null; j++) {
                own[i] = io[j] == io[i] ? own[j] : null; // a state is input and output
            }
            if (own[i] == null && io[i] != null) {
                own[i] = value.dtype().storage().copy(io[i]);
            }
        }
        var frame = new Frame();
        frame.grow(binding);
        frame.io = own;
        return new OfBlock(frame);
    }

    /** A call of a model that has a script, on copies of its inputs. */
    static Rehearsal.Call of(Script script, Value[] inputs, long[] symbols) {
        Value[] own = inputs.clone();
        for (int i = 0; i < own.length; i++) {
            if (own[i] instanceof Tensor t) {
                own[i] = Tensor.of(t.dtype(), t.dtype().storage().copy(t.array()), t.shape());
            }
        }
        return new OfScript(script, new Frame(), own, symbols);
    }

    private record OfBlock(Frame frame) implements Rehearsal.Call {
        @Override
        public void run(Program program, Steps steps) {
            frame.steps = steps;
            program.run(frame);
        }
    }

    private record OfScript(Script script, Frame frame, Value[] inputs, long[] symbols) implements Rehearsal.Call {
        @Override
        public void run(Program program, Steps steps) {
            frame.steps = steps;
            script.run(script.call(program, frame, inputs, symbols));
        }
    }
}
