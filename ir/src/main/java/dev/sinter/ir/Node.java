package dev.sinter.ir;

import dev.sinter.ir.op.Op;
import java.util.List;

/**
 * One operation of a graph.
 *
 * @param op
 *            what it does
 * @param inputs
 *            operands
 * @param outputs
 *            results, their types given by the op's type rule
 * @param regions
 *            bodies (of If, Loop, Scan), which may capture outer values
 * @param origin
 *            the model nodes it stands for
 */
public record Node(Op op, List<Value> inputs, List<Value> outputs, List<Graph> regions, Origin origin) {
    /** Copies the lists. */
    public Node {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        regions = List.copyOf(regions);
    }

    /** {@return the only result} */
    public Value output() {
        if (outputs.size() != 1) {
            throw new IrException(op.mnemonic() + " has " + outputs.size() + " results, one was expected");
        }
        return outputs.getFirst();
    }

    /**
     * One operand.
     *
     * @param i
     *            from 0
     * @return the value
     */
    public Value input(int i) {
        return inputs.get(i);
    }
}
