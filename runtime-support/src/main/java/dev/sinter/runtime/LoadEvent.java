package dev.sinter.runtime;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A model was loaded or defined. */
@Name("dev.sinter.Load")
@Label("Model Load")
@Description("A compiled model was loaded from a file or defined in memory")
@Category("Sinter")
@StackTrace(false)
final class LoadEvent extends Event {
    @Label("Model")
    String model;

    @Label("From")
    @Description("The jar, or where on the class path it was found; nothing for a model compiled just in time")
    String from;

    @Label("Form")
    @Description("The form that runs first")
    String form;

    @Label("Threads")
    @Description("Threads that may work on a run")
    int threads;

    @Label("Weights")
    @DataAmount
    long weightsBytes;
}
