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
@Description("A compiled model was loaded from a jar or defined in memory")
@Category("Sinter")
@StackTrace(false)
final class LoadEvent extends Event {
    @Label("Model")
    String model;

    @Label("Form")
    String form;

    @Label("Weights")
    @DataAmount
    long weightsBytes;
}
