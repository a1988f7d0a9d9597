package dev.sinter.codegen.loop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads the text form of kernels; the exact inverse of {@link KernelPrinter}. Remarks begin with two slashes. */
public final class KernelParser {
    private static final Map<String, Buffer.Storage> STORAGES = Arrays.stream(Buffer.Storage.values())
            .collect(Collectors.toUnmodifiableMap(Buffer.Storage::label, s -> s));

    private record Line(int number, int indent, String text) {
    }

    private final List<Line> lines = new ArrayList<>();
    private final Map<String, Kernel> kernels = new LinkedHashMap<>();
    private int at;

    private KernelParser(String text) {
        int number = 0;
        for (var line : text.split("\n", -1)) {
            number++;
            var stripped = line.strip();
            if (!stripped.isEmpty() && !stripped.startsWith("//")) {
                lines.add(new Line(number, line.indexOf(stripped), stripped));
            }
        }
    }

    /**
     * Reads a kernel.
     *
     * @param text
     *            kernels, callees first
     * @return the last of them
     * @throws IllegalArgumentException
     *             if the text is no kernel; the message says in which line
     */
    public static Kernel parse(String text) {
        return parseAll(text).getLast();
    }

    /**
     * Reads kernels.
     *
     * @param text
     *            kernels, callees first
     * @return all of them, in order
     * @throws IllegalArgumentException
     *             if the text is no list of kernels; the message says in which line
     */
    public static List<Kernel> parseAll(String text) {
        var parser = new KernelParser(text);
        if (parser.lines.isEmpty()) {
            throw new IllegalArgumentException("a program without kernels");
        }
        while (parser.at < parser.lines.size()) {
            parser.kernel();
        }
        return List.copyOf(parser.kernels.values());
    }

    // ---- lines

    private interface Reader<T> {
        T read(LineParser words);
    }

    /** Reads the next line whole. */
    private <T> T line(Reader<T> reader) {
        var line = lines.get(at++);
        try {
            var words = new LineParser(line.text);
            var result = reader.read(words);
            words.expectEnd();
            return result;
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("line " + line.number + ": " + e.getMessage() + ", in: " + line.text, e);
        }
    }

    /** A mistake seen at the end of the line read last. */
    private IllegalArgumentException before(String message) {
        var line = lines.get(at - 1);
        return new IllegalArgumentException("line " + line.number + ": " + message + ", in: " + line.text);
    }

    private boolean isWithin(int indent) {
        return at < lines.size() && lines.get(at).indent > indent;
    }

    private boolean begins(String keyword) {
        var text = lines.get(at).text;
        return text.startsWith(keyword + " ");
    }

    // ---- kernels

    private record Head(String name, List<Buffer> buffers) {
    }

    private void kernel() {
        int indent = lines.get(at).indent;
        var head = line(words -> {
            words.expect("kernel");
            var name = words.name();
            words.expect("(");
            return new Head(name, words.list(")", () -> buffer(words)));
        });
        List<Kernel.Param> params = isWithin(indent) && begins("params") ? line(words -> {
            words.expect("params");
            return words.some(() -> {
                var name = words.name();
                words.expect(":");
                return new Kernel.Param(name, words.elem());
            });
        }) : List.of();
        var kernel = new Kernel(head.name, head.buffers, params, block(indent));
        if (kernels.put(kernel.name(), kernel) != null) {
            throw before("two kernels are called " + kernel.name());
        }
    }

    private static Buffer buffer(LineParser words) {
        boolean weight = words.takes("weight");
        if (!weight) {
            words.expect("heap");
        }
        var name = words.name();
        words.expect(":");
        var label = words.name();
        var storage = STORAGES.get(label);
        if (storage == null) {
            throw new IllegalArgumentException("unknown storage '" + label + "'");
        }
        return new Buffer(name, weight ? Buffer.Space.WEIGHT : Buffer.Space.HEAP, storage);
    }

    private List<Stmt> block(int indent) {
        var body = new ArrayList<Stmt>();
        while (isWithin(indent) && !begins("yield")) {
            body.add(statement());
        }
        return body;
    }

    private Stmt statement() {
        int indent = lines.get(at).indent;
        var text = lines.get(at).text;
        int end = text.indexOf(' ');
        return switch (end < 0 ? text : text.substring(0, end)) {
            case "let" -> line(words -> {
                var let = binding(words, "let");
                return new Stmt.Let(let.name, let.over, let.value);
            });
            case "store" -> line(KernelParser::store);
            case "copy" -> line(KernelParser::copy);
            case "seq", "par" -> loop(indent);
            case "unroll" -> {
                var over = line(words -> {
                    words.expect("unroll");
                    return words.atEnd() ? List.<Stmt.Range>of() : words.ranges();
                });
                yield new Stmt.Unroll(over, block(indent));
            }
            case "if" -> {
                var condition = line(words -> {
                    words.expect("if");
                    return words.term();
                });
                yield new Stmt.If(condition, block(indent));
            }
            case "either" -> either(indent);
            case "call" -> line(this::call);
            case "check" -> line(words -> {
                words.expect("check");
                var condition = words.term();
                words.expect("else");
                var message = words.text();
                words.expect(",");
                return new Stmt.Check(condition, message, words.term());
            });
            default -> line(words -> {
                throw words.wrong("a statement");
            });
        };
    }

    private static Stmt store(LineParser words) {
        words.expect("store");
        var buffer = words.name();
        words.expect("@");
        var index = words.term();
        var mask = words.takes("mask") ? words.term() : null;
        words.expect("=");
        return new Stmt.Store(buffer, index, words.term(), mask);
    }

    private static Stmt copy(LineParser words) {
        words.expect("copy");
        var buffer = words.name();
        words.expect("@");
        var index = words.term();
        words.expect("=");
        var from = words.name();
        words.expect("@");
        var first = words.term();
        words.expect(",");
        return new Stmt.Copy(buffer, index, from, first, words.term());
    }

    private Stmt call(LineParser words) {
        words.expect("call");
        var name = words.name();
        var kernel = kernels.get(name);
        if (kernel == null) {
            throw new IllegalArgumentException("no kernel " + name + " stands above");
        }
        words.expect("(");
        var buffers = new ArrayList<String>();
        while (!words.sees(")") && !words.sees(";")) {
            if (!buffers.isEmpty()) {
                words.expect(",");
            }
            buffers.add(words.name());
        }
        List<Term> args = words.takes(";") ? words.some(words::term) : List.of();
        words.expect(")");
        return new Stmt.Call(kernel, buffers, args);
    }

    private record Choice(String name, Term condition) {
    }

    private Stmt either(int indent) {
        var head = line(words -> {
            words.expect("either");
            var name = words.name();
            words.expect("by");
            return new Choice(name, words.term());
        });
        var yes = block(indent);
        var yesValue = branchValue(indent, head.name);
        if (at >= lines.size() || lines.get(at).indent != indent || !lines.get(at).text.equals("else")) {
            throw before("no second branch for " + head.name);
        }
        at++;
        var no = block(indent);
        return new Stmt.Either(head.name, head.condition, yes, yesValue, no, branchValue(indent, head.name));
    }

    /** The value at the end of a branch. */
    private Term branchValue(int indent, String name) {
        if (!isWithin(indent)) {
            throw before("no yield for " + name);
        }
        var last = line(words -> binding(words, "yield"));
        if (!last.name.equals(name) || isWithin(indent)) {
            throw before("expected the yield of " + name + " at the end of its branch");
        }
        return last.value;
    }

    // ---- loops

    private record Binding(String name, List<Stmt.Range> over, Term value) {
    }

    /** A defined name with its value; a family's ranges must be those of its subscripts. */
    private static Binding binding(LineParser words, String keyword) {
        words.expect(keyword);
        var name = words.name();
        var subscripts = words.subscripts();
        words.expect("=");
        var value = words.term();
        List<Stmt.Range> over = words.takes("for") ? words.ranges() : List.of();
        if (!keyword.equals("yield") && !over.stream().map(Stmt.Range::name).toList().equals(subscripts)) {
            throw new IllegalArgumentException(
                    "the subscripts of " + name + " are " + subscripts + " but the ranges " + over);
        }
        return new Binding(name, over, value);
    }

    private Stmt loop(int indent) {
        var head = line(words -> {
            boolean parallel = words.takes("par");
            if (!parallel) {
                words.expect("seq");
            }
            var name = words.name();
            words.expect("in");
            var from = words.term();
            words.expect("..");
            var to = words.term();
            int step = words.takes("step") ? words.number() : 1;
            return new Stmt.Loop(parallel, name, from, to, step, List.of(), List.of());
        });
        var inits = new ArrayList<Binding>();
        while (isWithin(indent) && begins("carry")) {
            inits.add(line(words -> binding(words, "carry")));
        }
        var body = block(indent);
        var carries = new ArrayList<Stmt.Carry>();
        for (var init : inits) {
            if (!isWithin(indent)) {
                throw before("no yield for the carried value " + init.name);
            }
            var next = line(words -> binding(words, "yield"));
            if (!next.name.equals(init.name)) {
                throw before("expected the yield of " + init.name + ", got that of " + next.name);
            }
            carries.add(new Stmt.Carry(init.name, init.over, init.value, next.value));
        }
        if (isWithin(indent)) {
            at++;
            throw before("a yield of nothing carried");
        }
        return new Stmt.Loop(head.parallel(), head.var(), head.from(), head.to(), head.step(), carries, body);
    }
}
