package dev.sinter.runtime;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A step of a run: one node's kernel, or a library routine. Off unless a recording asks for it. */
@Name("dev.sinter.Kernel")
@Label("Model Kernel")
@Description("One step of a run: the kernel of a node, or a library routine")
@Category("Sinter")
@Enabled(false)
@StackTrace(false)
final class KernelEvent extends Event {
    /** Asked whether the event is recorded before one is made. */
    static final KernelEvent PROBE = new KernelEvent();

    @Label("Model")
    String model;

    @Label("Step")
    @Description("Number of the step in the plan")
    int step;

    @Label("Node")
    @Description("The ONNX nodes that the step computes")
    String node;

    @Label("Method")
    @Description("The node's method in the emitted class")
    String method;

    @Label("Kernel")
    @Description("Its name in the IR dump: that of the widest form, whichever form runs")
    String kernel;

    @Label("Result")
    @Description("Type and shape of the node's first result")
    String result;

    @Label("Bytes")
    @Description("All operands and results of the node once; of a gather's table what is gathered")
    @DataAmount
    long bytes;

    @Label("Rounds")
    @Description("Rounds of the step's parallel axis")
    int rounds;
}
