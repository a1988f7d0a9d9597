package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Map;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value read as an expression across the borders of {@code map} nodes: patterns match the same whether elementwise
 * work lies in one node or in many. A term is a function of terms, a number, or a leaf (a value no map makes).
 */
final class Term {
    private final GraphIndex graph;
    private final Expr expr;
    private final List<Value> operands;
    private final @Nullable Value value;

    private Term(GraphIndex graph, Expr expr, List<Value> operands, @Nullable Value value) {
        this.graph = graph;
        this.expr = expr;
        this.operands = operands;
        this.value = value;
    }

    static Term of(Value value, GraphIndex graph) {
        var literal = literal(value);
        if (literal != null) {
            return new Term(graph, literal, List.of(), value);
        }
        var producer = graph.producer(value, Map.class);
        if (producer != null && producer.op() instanceof Map(var body) && !(body instanceof Expr.Arg)) {
            return new Term(graph, body, producer.inputs(), value);
        }
        return new Term(graph, Expr.arg(0, value.dtype()), List.of(value), value);
    }

    /** The number a constant of one element is, or null. */
    static @Nullable Expr literal(Value value) {
        var data = value.constant();
        if (data == null || data.size() != 1) {
            return null;
        }
        return switch (data.dtype().kind()) {
            case FLOAT -> Expr.literal(data.getDouble(0), data.dtype());
            case SIGNED, UNSIGNED, BOOL -> Expr.integer(data.getLong(0), data.dtype());
            case COMPLEX, STRING -> null;
        };
    }

    boolean is(Fn fn) {
        return expr instanceof Expr.Apply a && a.fn() == fn;
    }

    @Nullable
    Fn fn() {
        return expr instanceof Expr.Apply a ? a.fn() : null;
    }

    /** Operands of the function; none of a number or a leaf. */
    List<Term> args() {
        if (!(expr instanceof Expr.Apply(var fn, var args, var type))) {
            return List.of();
        }
        var terms = new ArrayList<Term>();
        for (var arg : args) {
            terms.add(arg instanceof Expr.Arg(var i, var t)
                    ? of(operands.get(i), graph)
                    : new Term(graph, arg, operands, null));
        }
        return terms;
    }

    Term arg(int i) {
        return args().get(i);
    }

    /** The value this term is as a whole, or null where it is a part of a larger map. */
    @Nullable
    Value value() {
        return value;
    }

    /** The value of a leaf, or null. */
    @Nullable
    Value leaf() {
        return expr instanceof Expr.Arg ? value : null;
    }

    /** The number, or null where this is none. */
    @Nullable
    Double number() {
        return expr instanceof Expr.Literal l ? l.dtype().isFloat() ? l.value() : (double) l.bits() : null;
    }

    boolean isNumber(double wanted, double tolerance) {
        var number = number();
        return number != null && Math.abs(number - wanted) <= tolerance * Math.abs(wanted);
    }

    DType dtype() {
        return expr.dtype();
    }

    /** Whether both are certainly equal. */
    boolean same(Term other) {
        if (value != null && value.equals(other.value)) {
            return true;
        }
        if (expr instanceof Expr.Literal) {
            return expr.equals(other.expr);
        }
        if (expr instanceof Expr.Arg || other.expr instanceof Expr.Arg || fn() != other.fn()
                || dtype() != other.dtype()) {
            return false;
        }
        var mine = args();
        var theirs = other.args();
        for (int i = 0; i < mine.size(); i++) {
            if (!mine.get(i).same(theirs.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** This term as a value: the one it is, or the result of a new map in the patch. */
    Value materialize(Patch.Builder patch, Origin origin) {
        if (value != null) {
            return value;
        }
        var body = new Body(expr, operands).compact();
        return patch.map(body.expr(), origin, body.operands());
    }
}
