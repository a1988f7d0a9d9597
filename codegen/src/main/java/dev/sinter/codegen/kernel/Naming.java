package dev.sinter.codegen.kernel;

import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import java.util.ArrayList;
import java.util.List;

/** Short names of expressions, for kernels' names. */
final class Naming {
    private static final int MOST = 4;

    private Naming() {
    }

    /** The functions of an expression in order of evaluation, {@code add_gelu}; {@code copy} if there is none. */
    static String of(Expr expr) {
        var names = new ArrayList<String>();
        collect(expr, names);
        if (names.isEmpty()) {
            return "copy";
        }
        return names.size() <= MOST
                ? String.join("_", names)
                : String.join("_", names.subList(0, MOST - 1)) + "_etc" + names.size();
    }

    private static void collect(Expr expr, List<String> names) {
        expr.children().forEach(child -> collect(child, names));
        if (expr instanceof Expr.Apply(Fn fn, var args, var t)) {
            names.add(fn.label());
        }
    }
}
