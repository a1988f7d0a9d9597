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
        return new OfBlock(binding, own);
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

    /** Its memory is laid out by the thread that runs it: the caller has a result to return. */
    private static final class OfBlock implements Rehearsal.Call {
        private final Binding binding;
        private final Object[] io;
        private Frame frame; // null: before the first run

        OfBlock(Binding binding, Object[] io) {
            this.binding = binding;
            this.io = io;
        }

        @Override
        public void run(Program program, Steps steps) {
            if (frame == null) {
                frame = new Frame();
                frame.grow(binding);
                frame.io = io;
            }
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
