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
    String symbols;

    @Label("Scratch")
    @DataAmount
    long scratchBytes;
}
