package dev.sinter.frontend.dsl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Which argument of a call belongs to which parameter. */
final class Binding {
    private Binding() {
    }

    /**
     * The arguments by the names of their parameters; those left out are missing in the map.
     *
     * @throws DslException
     *             as {@code error} makes it, if names or numbers do not fit
     */
    static Map<String, Ast.Expression> bind(Ast.Callee callee, Ast.Call call,
            BiFunction<Place, String, DslException> error) {
        var formals = callee.formals();
        var bound = new LinkedHashMap<String, Ast.Expression>();
        int position = 0;
        for (var argument : call.arguments()) {
            var name = argument.name();
            if (name == null) {
                if (position < bound.size()) {
                    throw error.apply(argument.value().place(), "an argument without name behind one with a name");
                }
                if (position == formals.size()) {
                    throw error.apply(argument.value().place(), callee.name() + " takes "
                            + count(formals.size()) + ", " + call.arguments().size() + " were given: "
                            + signature(callee));
                }
                bound.put(formals.get(position++).name().text(), argument.value());
                continue;
            }
            var names = formals.stream().map(f -> f.name().text()).toList();
            if (!names.contains(name.text())) {
                throw error.apply(name.place(), callee.name() + " has no parameter '" + name + "'"
                        + (Suggestions.near(name.text(), names).isEmpty() ? "; " + signature(callee)
                                : Suggestions.near(name.text(), names)));
            }
            if (bound.putIfAbsent(name.text(), argument.value()) != null) {
                throw error.apply(name.place(), "a second value for '" + name + "' of " + callee.name());
            }
        }
        var missing = new ArrayList<String>();
        for (var formal : formals) {
            if (formal.otherwise() == null && !bound.containsKey(formal.name().text())) {
                missing.add("'" + formal.name() + "'");
            }
        }
        if (!missing.isEmpty()) {
            throw error.apply(call.name().place(), callee.name() + " needs " + String.join(" and ", missing)
                    + ", which " + (missing.size() == 1 ? "was" : "were") + " not given: " + signature(callee));
        }
        return bound;
    }

    private static String count(int n) {
        return n == 0 ? "no argument" : n == 1 ? "one argument" : "at most " + n + " arguments";
    }

    /** How a callee is called, for messages. */
    static String signature(Ast.Callee callee) {
        List<String> parts = callee.formals().stream()
                .map(f -> f.name() + (f.otherwise() == null ? "" : " = ...")).toList();
        return callee.name() + "(" + String.join(", ", parts) + ")";
    }
}
