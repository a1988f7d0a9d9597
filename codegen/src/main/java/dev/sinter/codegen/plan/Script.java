package dev.sinter.codegen.plan;

import dev.sinter.ir.Node;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.op.Library;
import java.util.List;
import java.util.Map;

/**
 * What a model does that is more than one block: blocks, calls of library routines, branches and loops over registers.
 *
 * @param main
 *            the whole
 * @param registers
 *            number of registers; inputs have the first
 * @param outputs
 *            registers of the outputs
 * @param symbols
 *            symbols bound while it runs, with their bounds
 * @param constants
 *            registers that have their value from the beginning
 * @param calls
 *            of library routines
 * @param blocks
 *            registers each block reads and writes
 */
public record Script(Statement.Body main, int registers, List<Integer> outputs, Map<String, Symbols.Bounds> symbols,
        List<Constant> constants, List<LibraryCall> calls, List<Ports> blocks) {
    /** Copies the lists; the map's order is kept. */
    public Script {
        outputs = List.copyOf(outputs);
        constants = List.copyOf(constants);
        calls = List.copyOf(calls);
        blocks = List.copyOf(blocks);
    }

    /**
     * A constant in a register.
     *
     * @param register
     *            the register
     * @param data
     *            its elements
     * @param byteOffset
     *            where it lies in the weights
     */
    public record Constant(int register, TensorData data, long byteOffset) {
    }

    /**
     * A call of a library routine.
     *
     * @param node
     *            the node; its op is a {@link Library}
     * @param inputs
     *            registers of its operands
     * @param outputs
     *            registers of its results
     */
    public record LibraryCall(Node node, List<Integer> inputs, List<Integer> outputs) {
        /** Copies the lists. */
        public LibraryCall {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
        }

        /** {@return what is called} */
        public Library op() {
            return (Library) node.op();
        }
    }

    /**
     * The registers of a block, in the order of its graph's inputs and outputs.
     *
     * @param inputs
     *            read
     * @param outputs
     *            written
     */
    public record Ports(List<Integer> inputs, List<Integer> outputs) {
        /** Copies the lists. */
        public Ports {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
        }
    }
}
