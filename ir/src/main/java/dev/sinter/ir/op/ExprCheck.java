package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Value;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The type rule of the expressions of {@link Compute} and {@link Scatter}: names are in scope where they are used, with
 * their type, and no name is given twice; operands are read with an index for each of their axes.
 */
final class ExprCheck {
    private final String op;
    private final List<Value> inputs;
    private final boolean scatters;
    private final Map<String, DType> scope = new HashMap<>();
    private final Set<String> given = new HashSet<>();

    /**
     * A scope with the indices of a domain.
     *
     * @param op
     *            for messages
     * @param inputs
     *            operands
     * @param rank
     *            of the domain
     * @param scatters
     *            whether operand 0 is under change, so that it can't be read
     */
    ExprCheck(String op, List<Value> inputs, int rank, boolean scatters) {
        this.op = op;
        this.inputs = inputs;
        this.scatters = scatters;
        for (int axis = 0; axis < rank; axis++) {
            declare("i" + axis, DType.I64);
        }
    }

    /** Brings a name into scope. */
    void declare(String name, DType dtype) {
        if (!given.add(name)) {
            throw new IrException(op + ": name " + name + " is given twice");
        }
        scope.put(name, dtype);
    }

    /** Checks an expression within the scope. */
    void check(Expr expr) {
        switch (expr) {
            case Expr.Arg a -> throw new IrException(op + ": " + a + " stands in a map only");
            case Expr.Literal l -> {
            }
            case Expr.Size s -> {
            }
            case Expr.Var(var name, var dtype) -> {
                if (scope.get(name) != dtype) {
                    throw new IrException(op + ": " + expr + " was expected to be in scope, where "
                            + (scope.containsKey(name) ? name + " is " + scope.get(name) : "there is no " + name));
                }
            }
            case Expr.Apply apply -> apply(apply);
            case Expr.Read read -> read(read);
            case Expr.Let(var name, var value, var body) -> {
                check(value);
                declare(name, value.dtype());
                check(body);
                scope.remove(name);
            }
            case Expr.Fold fold -> fold(fold);
        }
    }

    private void apply(Expr.Apply apply) {
        apply.args().forEach(this::check);
        var fn = apply.fn();
        if (fn.isConversion()) {
            return;
        }
        if (fn == Fn.SELECT) {
            expect(apply.args().getFirst(), DType.BOOL, apply);
        }
        var operand = apply.args().getLast().dtype();
        for (var arg : apply.args().subList(fn == Fn.SELECT ? 1 : 0, apply.args().size())) {
            expect(arg, operand, apply);
        }
        if (apply.dtype() != (fn.isPredicate() ? DType.BOOL : operand)) {
            throw new IrException(op + ": " + apply + " can't be " + apply.dtype());
        }
    }

    private void expect(Expr expr, DType dtype, Expr where) {
        if (expr.dtype() != dtype) {
            throw new IrException(op + ": " + dtype + " was expected, not " + expr + ", in " + where);
        }
    }

    private void read(Expr.Read read) {
        int operand = read.operand();
        if (operand >= inputs.size() || inputs.get(operand).dtype() != read.dtype()
                || inputs.get(operand).shape().rank() != read.index().size()) {
            throw new IrException(op + ": " + read + " was expected to fit operand " + operand + " of "
                    + inputs.stream().map(Value::type).toList());
        }
        if (scatters && operand == 0) {
            throw new IrException(op + ": operand 0 is seen as old only, not by " + read);
        }
        for (var index : read.index()) {
            check(index);
            expect(index, DType.I64, read);
        }
        if (read.otherwise() != null) {
            check(read.otherwise());
            expect(read.otherwise(), read.dtype(), read);
        }
    }

    private void fold(Expr.Fold fold) {
        check(fold.count());
        expect(fold.count(), DType.I64, fold);
        for (var carry : fold.carries()) {
            check(carry.init());
            expect(carry.next(), carry.init().dtype(), fold);
        }
        fold.carries().forEach(carry -> declare(carry.name(), carry.init().dtype()));
        declare(fold.var(), DType.I64);
        fold.carries().forEach(carry -> check(carry.next()));
        scope.remove(fold.var());
        check(fold.result());
        fold.carries().forEach(carry -> scope.remove(carry.name()));
    }
}
