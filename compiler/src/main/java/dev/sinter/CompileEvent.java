package dev.sinter;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A model was compiled. */
@Name("dev.sinter.Compile")
@Label("Model Compilation")
@Description("A model file was compiled to classes and weights")
@Category("Sinter")
@StackTrace(false)
final class CompileEvent extends Event {
    @Label("Model")
    String model = "";

    @Label("Nodes Read")
    @Description("Nodes of the imported graph, constants included")
    int nodesRead;

    @Label("Nodes")
    @Description("Nodes of the final graph, constants included")
    int nodes;

    @Label("Rewrites")
    int rewrites;

    @Label("Kernels")
    int kernels;

    @Label("Classes")
    @DataAmount
    long classBytes;

    @Label("Weights")
    @DataAmount
    long weightsBytes;

    /** An event that has begun, or null: while nobody records, JFR's classes are not even loaded. */
    static @Nullable CompileEvent begun() {
        if (!FlightRecorder.isInitialized()) {
            return null;
        }
        var event = new CompileEvent();
        event.begin();
        return event;
    }

    /** Ends and is recorded, if anybody wants it. */
    void done(Compilation compilation) {
        end();
        if (shouldCommit()) {
            model = compilation.image().info().name();
            nodesRead = compilation.imported().nodes().size();
            nodes = compilation.optimized().nodes().size();
            rewrites = compilation.rewrites().size();
            kernels = compilation.kernels().size();
            classBytes = compilation.image().classBytes();
            weightsBytes = compilation.image().info().weightsBytes();
            commit();
        }
    }
}
