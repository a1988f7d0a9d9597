package dev.sinter.runtime;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A model ran once. */
@Name("dev.sinter.Run")
@Label("Model Run")
@Description("One run of a compiled model")
@Category("Sinter")
@StackTrace(false)
final class RunEvent extends Event {
    /** Asked whether the event is recorded before one is made, so that a run allocates nothing when it is not. */
    static final RunEvent PROBE = new RunEvent();

    @Label("Model")
    String model;

    @Label("Form")
    String form;

    @Label("Symbols")
    @Description("Sizes of the symbolic dimensions")
    String symbols;

    @Label("Threads")
    @Description("Threads that may work on the run")
    int threads;

    @Label("Scratch")
    @DataAmount
    long scratchBytes;
}
