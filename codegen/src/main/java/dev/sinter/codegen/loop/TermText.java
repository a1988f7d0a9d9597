package dev.sinter.codegen.loop;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes terms. Two-operand arithmetic is infix with Java's precedences, comparisons being one level; everything else
 * looks like a call, loads apart: {@code load f32x16 w @ index mask m}.
 */
final class TermText {
    /** Operators by primitive, with their precedence; greater binds tighter, equal ones group to the left. */
    static final Map<Prim, Operator> OPERATORS = Map.ofEntries(Map.entry(Prim.MUL, new Operator("*", 8)),
            Map.entry(Prim.DIV, new Operator("/", 8)), Map.entry(Prim.REM, new Operator("%", 8)),
            Map.entry(Prim.ADD, new Operator("+", 7)), Map.entry(Prim.SUB, new Operator("-", 7)),
            Map.entry(Prim.SHL, new Operator("<<", 6)), Map.entry(Prim.SHR, new Operator(">>", 6)),
            Map.entry(Prim.USHR, new Operator(">>>", 6)), Map.entry(Prim.LT, new Operator("<", 5)),
            Map.entry(Prim.LE, new Operator("<=", 5)), Map.entry(Prim.EQ, new Operator("==", 5)),
            Map.entry(Prim.AND, new Operator("&", 4)), Map.entry(Prim.XOR, new Operator("^", 3)),
            Map.entry(Prim.OR, new Operator("|", 2)));
    /** Precedence that loads need no parentheses at. */
    static final int OPEN = 0;
    /** Precedence that any operator, but no load, needs no parentheses at. */
    static final int CLOSED = 1;
    private static final Set<String> RESERVED = Set.of("load", "true", "false", "empty");

    record Operator(String symbol, int precedence) {
    }

    private final StringBuilder out;

    TermText(StringBuilder out) {
        this.out = out;
    }

    /** A name as it stands in the text: quoted where it would read as something else. */
    static String name(String name) {
        return isPlain(name, false) ? name : quoted(name, '`');
    }

    /** A kernel's name, in which dots are plain. */
    static String kernelName(String name) {
        return isPlain(name, true) ? name : quoted(name, '`');
    }

    private static boolean isPlain(String name, boolean dots) {
        if (name.isEmpty() || !Words.startsWord(name.charAt(0)) || RESERVED.contains(name) || name.endsWith(".")
                || name.contains("..")) {
            return false;
        }
        if (name.startsWith("truex") || name.startsWith("falsex")) {
            return false;
        }
        return name.chars().allMatch(c -> Words.isWord((char) c) || dots && c == '.');
    }

    static String quoted(String text, char quote) {
        var quoted = new StringBuilder().append(quote);
        for (char c : text.toCharArray()) {
            if (c == quote || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append(quote).toString();
    }

    void term(Term term, int context) {
        switch (term) {
            case Term.Lit lit -> out.append(literal(lit));
            case Term.Ref(var name, var subs) -> {
                out.append(name(name));
                if (!subs.isEmpty()) {
                    list('[', subs, ']');
                }
            }
            case Term.Apply(var prim, var args) when OPERATORS.containsKey(prim) && args.size() == 2 -> {
                var operator = OPERATORS.get(prim);
                boolean open = operator.precedence() < context;
                out.append(open ? "(" : "");
                term(args.get(0), operator.precedence());
                out.append(' ').append(operator.symbol()).append(' ');
                term(args.get(1), operator.precedence() + 1);
                out.append(open ? ")" : "");
            }
            case Term.Apply(var prim, var args) -> call(prim.label(), args);
            case Term.Load load -> load(load, context);
            case Term.Splat(var value, var lanes) -> call("splat" + suffix(lanes), List.of(value));
            case Term.Convert(var value, var to) -> call(to == Elem.I64 ? "wide" : to.label(), List.of(value));
            case Term.Bits(var value, var to) -> call("bits_" + to.label(), List.of(value));
            case Term.Lanes(var first, var limit, var lanes) -> call("lanes" + suffix(lanes), List.of(first, limit));
            case Term.Fold(var prim, var vector) -> call("fold_" + prim.label(), List.of(vector));
        }
    }

    private static String suffix(int lanes) {
        return lanes == VType.LANES ? "" : String.valueOf(lanes);
    }

    private void load(Term.Load load, int context) {
        out.append(context > OPEN ? "(" : "").append("load ").append(load.type()).append(' ')
                .append(name(load.buffer())).append(" @ ");
        term(load.index(), CLOSED);
        if (load.mask() != null) {
            out.append(" mask ");
            term(load.mask(), CLOSED);
        }
        out.append(context > OPEN ? ")" : "");
    }

    private void call(String function, List<Term> args) {
        out.append(function);
        list('(', args, ')');
    }

    private void list(char open, List<Term> terms, char close) {
        out.append(open);
        for (int i = 0; i < terms.size(); i++) {
            out.append(i == 0 ? "" : ", ");
            term(terms.get(i), OPEN);
        }
        out.append(close);
    }

    private static String literal(Term.Lit lit) {
        var type = lit.type();
        var lanes = type.lanes() == 1 ? "" : "x" + type.lanes();
        return switch (type.elem()) {
            case F32 -> Double.isFinite(lit.value()) ? (float) lit.value() + "f" + lanes
                    : special(lit.value()) + "." + type;
            case F64 -> Double.isFinite(lit.value()) ? lit.value() + "d" + lanes : special(lit.value()) + "." + type;
            case I32 -> lit.bits() + lanes;
            case I64 -> lit.bits() + "L" + lanes;
            case BOOL -> (lit.bits() != 0) + lanes;
            case REF -> "empty";
            case B4, H2 -> throw new IllegalArgumentException("no constant of bytes or halves");
        };
    }

    private static String special(double value) {
        return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }

    static String ranges(List<Stmt.Range> over) {
        return over.stream().map(r -> name(r.name()) + "<" + r.end()).collect(Collectors.joining(", "));
    }
}
