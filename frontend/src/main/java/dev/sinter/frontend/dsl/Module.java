package dev.sinter.frontend.dsl;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The functions a text sees: its own, those of the texts it imports, and the standard library's. */
final class Module {
    /** A function or primitive, and the text whose names its body sees. */
    record Target(Ast.Callee callee, Module home) {
    }

    private final Ast.Unit unit;
    private final Map<String, Ast.Callee> own = new HashMap<>();
    private final List<Module> imports;

    Module(Ast.Unit unit, List<Module> imports) {
        this.unit = unit;
        this.imports = List.copyOf(imports);
        var all = new ArrayList<Ast.Callee>(unit.primitives());
        all.addAll(unit.functions());
        for (var callee : all) {
            var earlier = own.putIfAbsent(callee.name().text(), callee);
            if (earlier != null) {
                throw new DslException(callee.name().place(),
                        "a second function '" + callee.name() + "'; the first is in line "
                                + earlier.name().place().line());
            }
        }
    }

    Ast.Unit unit() {
        return unit;
    }

    /** What a name calls, or null: what is nearest wins. */
    @Nullable
    Target find(String name) {
        var callee = own.get(name);
        if (callee != null) {
            return new Target(callee, this);
        }
        for (var module : imports.reversed()) {
            var found = module.find(name);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** Every name that can be called. */
    Set<String> names() {
        var names = new TreeSet<>(own.keySet());
        imports.forEach(m -> names.addAll(m.names()));
        return names;
    }
}
