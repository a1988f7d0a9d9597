package dev.sinter.frontend.dsl;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Names in sight while a body is laid out, the path its parameters are named by, and the calls it is within. */
final class Frame {
    /** A function that is being laid out, and where it was called. */
    private record Call(String function, Place at) {
    }

    private final Module module;
    private final @Nullable Frame outer;
    private final String path;
    private final List<Call> calls;
    private final Map<String, Item> names = new HashMap<>();
    /** Labels given to calls so far; shared by the blocks of one path. */
    private final Map<String, Integer> labels;
    private final boolean model;

    private Frame(Module module, @Nullable Frame outer, String path, List<Call> calls, Map<String, Integer> labels,
            boolean model) {
        this.module = module;
        this.outer = outer;
        this.path = path;
        this.calls = calls;
        this.labels = labels;
        this.model = model;
    }

    /** The frame of a model. */
    static Frame ofModel(Module module) {
        return new Frame(module, null, "", List.of(), new HashMap<>(), true);
    }

    /** The frame of a function, called from this one. */
    Frame call(Module.Target target, String label, Place place) {
        var trail = new ArrayList<Call>();
        trail.add(new Call(target.callee().name().text(), place));
        trail.addAll(calls);
        return new Frame(target.home(), null, joined(path, label), List.copyOf(trail), new HashMap<>(), false);
    }

    /** A block within this frame. */
    Frame block() {
        return new Frame(module, this, path, calls, labels, model);
    }

    /** A block whose parameters have a path of their own. */
    Frame block(String part) {
        return new Frame(module, this, joined(path, part), calls, new HashMap<>(), model);
    }

    private static String joined(String path, String part) {
        return path.isEmpty() ? part : part.isEmpty() ? path : path + "." + part;
    }

    Module module() {
        return module;
    }

    /** Whether this is in a model rather than in a function. */
    boolean inModel() {
        return model;
    }

    /** Calls around this, as far as they are. */
    int depth() {
        return calls.size();
    }

    /** The full name of something named here. */
    String full(String name) {
        return joined(path, name);
    }

    /** A label for a call that was given none: its name, with a number from the second on. */
    String label(String name) {
        int earlier = labels.merge(name, 1, Integer::sum) - 1;
        return earlier == 0 ? name : name + "_" + earlier;
    }

    /** What a name stands for, or null. */
    @Nullable
    Item find(String name) {
        for (var frame = this; frame != null; frame = frame.outer) {
            var item = frame.names.get(name);
            if (item != null) {
                return item;
            }
        }
        return null;
    }

    void define(String name, Item item) {
        names.put(name, item);
    }

    /** Another value for a name there is; false if there is none. */
    boolean assign(String name, Item item) {
        for (var frame = this; frame != null; frame = frame.outer) {
            if (frame.names.replace(name, item) != null) {
                return true;
            }
        }
        return false;
    }

    /** Every name in sight. */
    Set<String> names() {
        var all = new TreeSet<String>();
        for (var frame = this; frame != null; frame = frame.outer) {
            all.addAll(frame.names.keySet());
        }
        return all;
    }

    /**
     * A problem at a place of this frame's text. Where that is the standard library's, the place is the call that a user
     * wrote, and the calls below it say how the problem came about.
     */
    DslException error(Place place, String problem) {
        var trail = new ArrayList<String>();
        var at = place;
        var function = "";
        for (var call : calls) {
            boolean inside = at.source().isStandard();
            trail.add("in " + call.function() + (inside ? ", at " + at : ", called at " + call.at()));
            function = inside ? call.function() : function;
            at = inside ? call.at() : at;
        }
        boolean named = function.isEmpty() || problem.startsWith(function + ":");
        return new DslException(at, (named ? "" : function + ": ") + problem, trail);
    }

    /** The place in a user's text that this place is part of. */
    Place seen(Place place) {
        var at = place;
        for (var call : calls) {
            at = at.source().isStandard() ? call.at() : at;
        }
        return at;
    }
}
