package dev.sinter.codegen.loop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads the words of one line of a loop program; terms by precedence, as {@link TermText} writes them. */
final class LineParser {
    private static final Map<String, Elem> ELEMS = Arrays.stream(Elem.values())
            .collect(Collectors.toUnmodifiableMap(Elem::label, e -> e));
    private static final Map<String, Prim> PRIMS = Arrays.stream(Prim.values())
            .collect(Collectors.toUnmodifiableMap(Prim::label, p -> p));
    private static final Map<String, Prim> SIGNS = TermText.OPERATORS.entrySet().stream()
            .collect(Collectors.toUnmodifiableMap(e -> e.getValue().symbol(), Map.Entry::getKey));

    private final List<Words.Word> words;
    private int at;

    LineParser(String line) {
        this.words = Words.of(line);
    }

    // ---- words

    boolean atEnd() {
        return at == words.size();
    }

    boolean sees(String text) {
        return !atEnd() && words.get(at).is(text);
    }

    boolean takes(String text) {
        if (sees(text)) {
            at++;
            return true;
        }
        return false;
    }

    void expect(String text) {
        if (!takes(text)) {
            throw wrong("'" + text + "'");
        }
    }

    void expectEnd() {
        if (!atEnd()) {
            throw wrong("the end of the line");
        }
    }

    IllegalArgumentException wrong(String expected) {
        return new IllegalArgumentException("expected " + expected + ", got "
                + (atEnd() ? "the end of the line" : "'" + words.get(at).text() + "'"));
    }

    private Words.Word take(String expected) {
        if (atEnd()) {
            throw wrong(expected);
        }
        return words.get(at++);
    }

    String name() {
        var word = take("a name");
        if (word.kind() != Words.Kind.NAME && word.kind() != Words.Kind.QUOTED) {
            at--;
            throw wrong("a name");
        }
        return word.text();
    }

    String text() {
        var word = take("a text");
        if (word.kind() != Words.Kind.TEXT) {
            at--;
            throw wrong("a text in double quotes");
        }
        return word.text();
    }

    int number() {
        boolean negative = takes("-");
        var word = take("a number");
        return Integer.parseInt((negative ? "-" : "") + word.text());
    }

    Elem elem() {
        return known(ELEMS, name(), "element type");
    }

    private static <T> T known(Map<String, T> table, String label, String what) {
        var value = table.get(label);
        if (value == null) {
            throw new IllegalArgumentException("unknown " + what + " '" + label + "'");
        }
        return value;
    }

    private VType type() {
        return type(name());
    }

    private static VType type(String text) {
        int x = text.indexOf('x');
        return x < 0
                ? new VType(known(ELEMS, text, "type"), 1)
                : new VType(known(ELEMS, text.substring(0, x), "type"), Integer.parseInt(text.substring(x + 1)));
    }

    // ---- lists

    interface Item<T> {
        T parse();
    }

    /** Items with commas between, up to a closing sign, which is taken. */
    <T> List<T> list(String close, Item<T> item) {
        var items = new ArrayList<T>();
        while (!takes(close)) {
            if (!items.isEmpty()) {
                expect(",");
            }
            items.add(item.parse());
        }
        return items;
    }

    /** One item or more with commas between. */
    <T> List<T> some(Item<T> item) {
        var items = new ArrayList<T>();
        do {
            items.add(item.parse());
        } while (takes(","));
        return items;
    }

    List<Stmt.Range> ranges() {
        return some(() -> {
            var name = name();
            expect("<");
            return new Stmt.Range(name, number());
        });
    }

    /** Subscripts behind a defined name, {@code [t, u]}; empty if there are none. */
    List<String> subscripts() {
        return takes("[") ? list("]", this::name) : List.of();
    }

    // ---- terms

    Term term() {
        return term(TermText.CLOSED);
    }

    private Term term(int precedence) {
        var left = primary();
        while (!atEnd() && words.get(at).kind() == Words.Kind.SIGN) {
            var prim = SIGNS.get(words.get(at).text());
            if (prim == null || TermText.OPERATORS.get(prim).precedence() < precedence) {
                return left;
            }
            at++;
            left = new Term.Apply(prim, List.of(left, term(TermText.OPERATORS.get(prim).precedence() + 1)));
        }
        return left;
    }

    private Term primary() {
        if (takes("(")) {
            var inner = term();
            expect(")");
            return inner;
        }
        if (takes("-")) {
            return literal(take("a number").text(), true);
        }
        var word = take("a term");
        return switch (word.kind()) {
            case NUMBER -> literal(word.text(), false);
            case QUOTED -> reference(word.text());
            case NAME -> takes("(") ? call(word.text(), list(")", this::term)) : named(word.text());
            case TEXT, SIGN -> {
                at--;
                throw wrong("a term");
            }
        };
    }

    private Term reference(String name) {
        return new Term.Ref(name, takes("[") ? list("]", this::term) : List.of());
    }

    private Term named(String word) {
        if (word.equals("load")) {
            var type = type();
            var buffer = name();
            expect("@");
            return new Term.Load(buffer, term(), type, takes("mask") ? term() : null);
        }
        if (word.startsWith("nan.") || word.startsWith("inf.")) {
            return literal(word, false);
        }
        if (word.equals("empty")) {
            return new Term.Lit(0, 0, new VType(Elem.REF, 1));
        }
        for (boolean truth : new boolean[]{true, false}) {
            if (word.equals(String.valueOf(truth)) || word.startsWith(truth + "x")) {
                int lanes = lanes(word.substring(String.valueOf(truth).length()).replaceFirst("x", ""), 1);
                return new Term.Lit(0, truth ? 1 : 0, new VType(Elem.BOOL, lanes));
            }
        }
        return reference(word);
    }

    private static int lanes(String text, int otherwise) {
        return text.isEmpty() ? otherwise : Integer.parseInt(text);
    }

    private Term literal(String text, boolean negative) {
        if (text.startsWith("nan.") || text.startsWith("inf.")) {
            double value = text.startsWith("nan") ? Double.NaN : Double.POSITIVE_INFINITY;
            return new Term.Lit(negative ? -value : value, 0, type(text.substring(4)));
        }
        int x = text.indexOf('x');
        var number = (negative ? "-" : "") + (x < 0 ? text : text.substring(0, x));
        int lanes = x < 0 ? 1 : Integer.parseInt(text.substring(x + 1));
        var digits = number.substring(0, number.length() - 1);
        return switch (number.charAt(number.length() - 1)) {
            case 'f' -> new Term.Lit(Float.parseFloat(digits), 0, new VType(Elem.F32, lanes));
            case 'd' -> new Term.Lit(Double.parseDouble(digits), 0, new VType(Elem.F64, lanes));
            case 'L' -> new Term.Lit(0, Long.parseLong(digits), new VType(Elem.I64, lanes));
            default -> new Term.Lit(0, Integer.parseInt(number), new VType(Elem.I32, lanes));
        };
    }

    private Term call(String function, List<Term> args) {
        if (PRIMS.containsKey(function)) {
            return new Term.Apply(PRIMS.get(function), args);
        }
        if (function.startsWith("lanes")) {
            require(args, 2, function);
            return new Term.Lanes(args.get(0), args.get(1), lanes(function.substring(5), VType.LANES));
        }
        require(args, 1, function);
        var value = args.getFirst();
        if (function.startsWith("splat")) {
            return new Term.Splat(value, lanes(function.substring(5), VType.LANES));
        }
        if (function.startsWith("bits_")) {
            return new Term.Bits(value, known(ELEMS, function.substring(5), "element type"));
        }
        if (function.startsWith("fold_")) {
            return new Term.Fold(known(PRIMS, function.substring(5), "primitive"), value);
        }
        return new Term.Convert(value, function.equals("wide") ? Elem.I64 : known(ELEMS, function, "function"));
    }

    private static void require(List<Term> args, int count, String function) {
        if (args.size() != count) {
            throw new IllegalArgumentException(function + " takes " + count + " operands, got " + args.size());
        }
    }
}
