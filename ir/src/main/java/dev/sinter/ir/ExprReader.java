package dev.sinter.ir;

import java.util.ArrayList;

/** Reads expressions from the text their {@code toString} gives. */
final class ExprReader {
    private ExprReader() {
    }

    static Expr expr(Cursor in) {
        if (in.take("$")) {
            int index = (int) in.integer();
            in.expect(":");
            return Expr.arg(index, DType.of(in.name()));
        }
        if (in.peekNumber()) {
            return literal(in);
        }
        boolean quoted = in.peek('"');
        var name = in.name();
        if (quoted || in.peek(':')) {
            in.expect(":");
            return new Expr.Var(name, DType.of(in.name()));
        }
        return switch (name) {
            case "size" -> size(in);
            case "read" -> read(in);
            case "let" -> let(in);
            case "fold" -> fold(in);
            default -> apply(in, Fn.of(name));
        };
    }

    private static Expr size(Cursor in) {
        in.expect("<");
        var dim = Notation.dim(in);
        in.expect(">");
        return new Expr.Size(dim);
    }

    private static Expr read(Cursor in) {
        in.expect("<$");
        int operand = (int) in.integer();
        in.expect(":");
        var dtype = DType.of(in.name());
        in.expect(">");
        in.expect("(");
        var index = in.list(() -> expr(in));
        var otherwise = in.take(",") ? expr(in) : null;
        in.expect(")");
        return new Expr.Read(operand, index, otherwise, dtype);
    }

    private static Expr let(Cursor in) {
        in.expect("(");
        var name = in.name();
        in.expect(",");
        var value = expr(in);
        in.expect(",");
        var body = expr(in);
        in.expect(")");
        return new Expr.Let(name, value, body);
    }

    private static Expr fold(Cursor in) {
        in.expect("(");
        var counter = in.name();
        in.expect(",");
        var count = expr(in);
        in.expect(",");
        var carries = new ArrayList<Expr.Carry>();
        while (in.take("carry(")) {
            var name = in.name();
            in.expect(",");
            var init = expr(in);
            in.expect(",");
            carries.add(new Expr.Carry(name, init, expr(in)));
            in.expect(")");
            in.expect(",");
        }
        var result = expr(in);
        in.expect(")");
        return new Expr.Fold(counter, count, carries, result);
    }

    private static Expr apply(Cursor in, Fn fn) {
        DType target = null;
        if (fn.isConversion()) {
            in.expect("<");
            target = DType.of(in.name());
            in.expect(">");
        }
        in.expect("(");
        var args = new ArrayList<Expr>();
        while (!in.take(")")) {
            if (!args.isEmpty()) {
                in.expect(",");
            }
            args.add(expr(in));
        }
        return target != null ? new Expr.Apply(fn, args, target) : Expr.apply(fn, args.toArray(new Expr[0]));
    }

    private static Expr literal(Cursor in) {
        var number = in.number();
        in.expect(":");
        var dtype = DType.of(in.name());
        try {
            return dtype.isFloat()
                    ? new Expr.Literal(Double.parseDouble(number), 0, dtype)
                    : Expr.integer(Long.parseLong(number), dtype);
        } catch (NumberFormatException e) {
            throw in.error("a literal of type " + dtype, number);
        }
    }
}
