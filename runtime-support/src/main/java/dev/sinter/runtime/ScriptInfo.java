package dev.sinter.runtime;

import java.util.HashSet;
import java.util.List;

/**
 * What the emitted script of a model works on: a model with control flow, library calls, sizes that data tells, or
 * values that are no tensors is cut into blocks, and its script runs them over registers. The inputs come in the first
 * registers.
 *
 * @param registers number of registers
 * @param symbols symbols that the script binds while it runs; they are numbered behind the model's
 * @param outputs registers of the model's outputs
 * @param constants registers that are filled before the script begins
 * @param calls calls of library routines
 * @param blocks straight-line parts
 */
public record ScriptInfo(int registers, List<SymbolInfo> symbols, List<Integer> outputs, List<ConstantInfo> constants,
        List<LibraryInfo> calls, List<BlockInfo> blocks) {
    /** No script: the whole model is one block, which {@link ModelInfo} describes. */
    public static final ScriptInfo NONE =
            new ScriptInfo(0, List.of(), List.of(), List.of(), List.of(), List.of());

    /** Copies the lists and checks every register. */
    public ScriptInfo {
        symbols = List.copyOf(symbols);
        outputs = List.copyOf(outputs);
        constants = List.copyOf(constants);
        calls = List.copyOf(calls);
        blocks = List.copyOf(blocks);
        var used = new HashSet<>(outputs);
        for (ConstantInfo constant : constants) {
            used.add(constant.register());
        }
        for (LibraryInfo call : calls) {
            used.addAll(call.inputs());
            used.addAll(call.outputs());
        }
        for (BlockInfo block : blocks) {
            used.addAll(block.inputs());
            used.addAll(block.outputs());
        }
        for (int register : used) {
            if (register < 0 || register >= registers) {
                throw new ModelException("script: expected a register below " + registers + ", got " + register);
            }
        }
    }

    /**
     * Whether there is a script at all.
     *
     * @return false where the model is one block
     */
    public boolean exists() {
        return registers > 0;
    }
}
