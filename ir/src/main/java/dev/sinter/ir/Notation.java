package dev.sinter.ir;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Reads dimensions, shapes, types and expressions from the text their {@code toString} gives, and quotes what needs
 * quoting.
 */
public final class Notation {
    private Notation() {
    }

    /**
     * Reads a dimension.
     *
     * @param text
     *            such as {@code (B * S)}
     * @return the dimension, in normal form
     * @throws IrException
     *             if the text is no dimension; so do all readers of this class
     */
    public static Dim dim(String text) {
        var in = new Cursor(text);
        return in.finish(dim(in));
    }

    /**
     * Reads a list of dimensions.
     *
     * @param text
     *            such as {@code [0, (S + -1)]}
     * @return the dimensions
     */
    public static List<Dim> dims(String text) {
        var in = new Cursor(text);
        return in.finish(in.list(() -> dim(in)));
    }

    /**
     * Reads a list of integers.
     *
     * @param text
     *            such as {@code [0, -1]}
     * @return the integers
     */
    public static List<Long> longs(String text) {
        var in = new Cursor(text);
        return in.finish(in.list(in::integer));
    }

    /**
     * Reads a shape.
     *
     * @param text
     *            such as {@code [B,S,384]}, or {@code [..]} where the rank is unknown
     * @return the shape
     */
    public static Shape shape(String text) {
        var in = new Cursor(text);
        return in.finish(shape(in));
    }

    /**
     * Reads a type.
     *
     * @param text
     *            such as {@code f32[B,S,384]} or {@code seq(i64[])}
     * @return the type
     */
    public static Type type(String text) {
        var in = new Cursor(text);
        return in.finish(type(in));
    }

    /**
     * Reads a tensor's type.
     *
     * @param text
     *            such as {@code f32[B,S,384]}
     * @return the type
     */
    public static TensorType tensorType(String text) {
        if (type(text) instanceof TensorType t) {
            return t;
        }
        throw new IrException("a tensor type was expected, not " + text);
    }

    /**
     * Reads an expression.
     *
     * @param text
     *            such as {@code gelu(add($0:f32, 0.5:f32))}
     * @return the expression
     */
    public static Expr expr(String text) {
        var in = new Cursor(text);
        return in.finish(ExprReader.expr(in));
    }

    /**
     * Reads a list of expressions.
     *
     * @param text
     *            such as {@code [i0:i64, 1:i64]}
     * @return the expressions
     */
    public static List<Expr> exprs(String text) {
        var in = new Cursor(text);
        return in.finish(in.list(() -> ExprReader.expr(in)));
    }

    /**
     * Reads a list of types.
     *
     * @param text
     *            such as {@code {f32[B]; seq(i64[])}}
     * @return the types
     */
    public static List<Type> types(String text) {
        var in = new Cursor(text);
        in.expect("{");
        var types = new ArrayList<Type>();
        while (!in.take("}")) {
            if (!types.isEmpty()) {
                in.expect(";");
            }
            types.add(type(in));
        }
        return in.finish(types);
    }

    /**
     * A list of types as {@link #types(String)} reads it.
     *
     * @param types
     *            the types
     * @return their text
     */
    public static String print(List<Type> types) {
        return types.stream().map(Type::toString).collect(Collectors.joining("; ", "{", "}"));
    }

    /**
     * Reads names and quoted texts.
     *
     * @param text
     *            such as {@code {axis="1", pattern="a, b"}}
     * @return the texts by name, in order
     */
    public static Map<String, String> texts(String text) {
        var in = new Cursor(text);
        var texts = in.braces(Cursor::quoted);
        return Collections.unmodifiableMap(in.finish(texts));
    }

    /**
     * Names and texts as {@link #texts(String)} reads them.
     *
     * @param texts
     *            the texts by name
     * @return their text
     */
    public static String print(Map<String, String> texts) {
        return texts.entrySet().stream().map(e -> name(e.getKey()) + "=" + quote(e.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    /**
     * A name as the text form writes it: itself if it is an identifier, else quoted.
     *
     * @param name
     *            any text
     * @return what {@link Cursor#name} reads back
     */
    static String name(String name) {
        if (name.isEmpty() || Character.isDigit(name.charAt(0)) || name.startsWith("NaN")
                || name.startsWith("Infinity")) {
            return quote(name);
        }
        return name.chars().allMatch(c -> c < 128 && Cursor.isNamePart((char) c)) ? name : quote(name);
    }

    /**
     * Quotes a text on one line.
     *
     * @param text
     *            any text
     * @return it in quotes, with quotes, backslashes and control characters escaped
     */
    public static String quote(String text) {
        var out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (needsCode(c)) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('"').toString();
    }

    /** Control characters, line separators, and surrogates, of which a lone one would not survive being encoded. */
    private static boolean needsCode(char c) {
        return Character.isISOControl(c) || c == '\u2028' || c == '\u2029' || Character.isSurrogate(c);
    }

    /**
     * Reads a quoted text.
     *
     * @param text
     *            in quotes
     * @return what was quoted
     */
    public static String unquote(String text) {
        var in = new Cursor(text);
        return in.finish(in.quoted());
    }

    static Dim dim(Cursor in) {
        if (in.take("(")) {
            var left = dim(in);
            var operator = in.oneOf("+", "*", "/");
            var right = dim(in);
            in.expect(")");
            return switch (operator) {
                case "+" -> left.plus(right);
                case "*" -> left.times(right);
                default -> left.floorDiv(right);
            };
        }
        if (in.peekInteger()) {
            return Dim.of(in.integer());
        }
        boolean quoted = in.peek('"');
        var name = in.name();
        if (quoted || !in.peek('(')) {
            return Dim.sym(name);
        }
        in.expect("(");
        var left = dim(in);
        in.expect(",");
        var right = dim(in);
        in.expect(")");
        return switch (name) {
            case "min" -> left.min(right);
            case "max" -> left.max(right);
            default -> throw in.error("min or max", name);
        };
    }

    static Shape shape(Cursor in) {
        in.expect("[");
        if (in.take("..")) {
            in.expect("]");
            return Shape.UNKNOWN;
        }
        var dims = new ArrayList<Dim>();
        while (!in.take("]")) {
            if (!dims.isEmpty()) {
                in.expect(",");
            }
            dims.add(dim(in));
        }
        return new Shape(dims);
    }

    static Type type(Cursor in) {
        var word = in.name();
        if (in.peek('[')) {
            return new TensorType(DType.of(word), shape(in));
        }
        in.expect("(");
        var type = switch (word) {
            case "seq" -> new Type.Sequence(type(in));
            case "optional" -> new Type.Optional(type(in));
            case "map" -> {
                var key = DType.of(in.name());
                in.expect(",");
                yield new Type.MapOf(key, type(in));
            }
            default -> throw in.error("a type", word);
        };
        in.expect(")");
        return type;
    }
}
