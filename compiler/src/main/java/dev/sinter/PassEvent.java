package dev.sinter;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A stage of a compilation: import, a pass, or code generation. */
@Name("dev.sinter.Pass")
@Label("Compiler Pass")
@Description("A stage of a compilation: import, a pass over the graph, or code generation")
@Category("Sinter")
@StackTrace(false)
final class PassEvent extends Event {
    @Label("Pass")
    String pass = "";

    @Label("Nodes")
    @Description("Nodes of the graph afterwards, constants included")
    int nodes;

    @Label("Rewrites")
    int rewrites;

    /** An event that has begun, or null while nobody records. */
    static @Nullable PassEvent begun() {
        if (!FlightRecorder.isInitialized()) {
            return null;
        }
        var event = new PassEvent();
        event.begin();
        return event;
    }

    /** Ends and is recorded, if anybody wants it. */
    void done(String name, int nodesAfter, int rewritesDone) {
        end();
        if (shouldCommit()) {
            pass = name;
            nodes = nodesAfter;
            rewrites = rewritesDone;
            commit();
        }
    }
}
