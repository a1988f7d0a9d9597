package dev.sinter.codegen.loop;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Kernels as text, one statement a line, two blanks for each level; {@link KernelParser} reads it back.
 *
 * <pre>{@code
 * kernel scale.f32(heap a:f32, weight w:f32, heap c:f32)
 *   params a0:i32, w0:i64, c0:i32, lo:i32, hi:i32
 *   par i in lo..hi step 1
 *     let x[u] = load f32x16 a @ a0 + 32 * i + 16 * u for u<2
 *     unroll u<2
 *       store c @ c0 + 32 * i + 16 * u = x[u] * splat(load f32 w @ w0)
 * }</pre>
 *
 * <p>
 * A loop's carried values are declared in its first lines, {@code carry acc[t] = init for t<4}, and get their next
 * values in its last ones, {@code yield acc[t] = next}. A value of one of two branches, {@code either x by c}, has its
 * value at the end of each, {@code yield x = …}, the second branch below {@code else}.
 */
public final class KernelPrinter {
    private final StringBuilder out = new StringBuilder();
    private final TermText terms = new TermText(out);
    private final Map<String, Kernel> known = new HashMap<>();
    private final Map<String, Integer> starts = new HashMap<>();
    private int line = 1;

    private KernelPrinter() {
    }

    /**
     * A kernel's text, preceded by the kernels it calls.
     *
     * @param kernel
     *            in any form
     * @return its text
     * @throws IllegalArgumentException
     *             if two different kernels have one name
     */
    public static String print(Kernel kernel) {
        return print(List.of(kernel));
    }

    /**
     * The text of several kernels, each preceded by those it calls; equal ones appear once.
     *
     * @param kernels
     *            in any form
     * @return their text
     * @throws IllegalArgumentException
     *             if two different kernels have one name
     */
    public static String print(List<Kernel> kernels) {
        return printed(kernels).text();
    }

    /**
     * The text of several kernels and where each begins.
     *
     * @param kernels
     *            in any form
     * @return text and lines
     * @throws IllegalArgumentException
     *             if two different kernels have one name
     */
    public static Printed printed(List<Kernel> kernels) {
        var printer = new KernelPrinter();
        kernels.forEach(printer::kernel);
        return new Printed(printer.out.toString(), printer.line - 1, printer.starts);
    }

    private void kernel(Kernel kernel) {
        var other = known.putIfAbsent(kernel.name(), kernel);
        if (other != null) {
            if (!other.equals(kernel)) {
                throw new IllegalArgumentException("two different kernels are called " + kernel.name());
            }
            return;
        }
        callees(kernel.body(), new ArrayList<>()).forEach(this::kernel);
        if (line > 1) {
            end();
        }
        starts.put(kernel.name(), line);
        out.append("kernel ").append(TermText.kernelName(kernel.name())).append('(');
        out.append(kernel.buffers().stream().map(KernelPrinter::buffer).collect(Collectors.joining(", "))).append(')');
        end();
        if (!kernel.params().isEmpty()) {
            out.append("  params ").append(kernel.params().stream().map(p -> TermText.name(p.name()) + ":" + p.elem())
                    .collect(Collectors.joining(", ")));
            end();
        }
        block(kernel.body(), "  ");
    }

    private static List<Kernel> callees(List<Stmt> body, List<Kernel> found) {
        for (var stmt : body) {
            switch (stmt) {
                case Stmt.Call call -> found.add(call.kernel());
                case Stmt.Loop loop -> callees(loop.body(), found);
                case Stmt.If branch -> callees(branch.body(), found);
                case Stmt.Either either -> {
                    callees(either.yes(), found);
                    callees(either.no(), found);
                }
                case Stmt.Unroll unroll -> callees(unroll.body(), found);
                default -> {
                }
            }
        }
        return found;
    }

    private static String buffer(Buffer buffer) {
        return (buffer.isWeight() ? "weight " : "heap ") + TermText.name(buffer.name()) + ":"
                + buffer.storage().label();
    }

    private void end() {
        out.append('\n');
        line++;
    }

    private void block(List<Stmt> body, String indent) {
        body.forEach(s -> statement(s, indent));
    }

    private void statement(Stmt stmt, String indent) {
        out.append(indent);
        switch (stmt) {
            case Stmt.Let(var name, var over, var value) -> binding("let", name, over, value, true);
            case Stmt.Store(var buffer, var index, var value, var mask) -> {
                out.append("store ").append(TermText.name(buffer)).append(" @ ");
                terms.term(index, TermText.CLOSED);
                if (mask != null) {
                    out.append(" mask ");
                    terms.term(mask, TermText.CLOSED);
                }
                out.append(" = ");
                terms.term(value, TermText.OPEN);
                end();
            }
            case Stmt.Copy(var buffer, var index, var from, var first, var count) -> {
                out.append("copy ").append(TermText.name(buffer)).append(" @ ");
                terms.term(index, TermText.CLOSED);
                out.append(" = ").append(TermText.name(from)).append(" @ ");
                terms.term(first, TermText.CLOSED);
                out.append(", ");
                terms.term(count, TermText.OPEN);
                end();
            }
            case Stmt.Loop loop -> loop(loop, indent);
            case Stmt.Unroll(var over, var body) -> {
                out.append("unroll ").append(TermText.ranges(over));
                end();
                block(body, indent + "  ");
            }
            case Stmt.If(var condition, var body) -> {
                out.append("if ");
                terms.term(condition, TermText.OPEN);
                end();
                block(body, indent + "  ");
            }
            case Stmt.Either either -> either(either, indent);
            case Stmt.Call(var kernel, var buffers, var args) -> {
                out.append("call ").append(TermText.kernelName(kernel.name())).append('(');
                out.append(buffers.stream().map(TermText::name).collect(Collectors.joining(", ")));
                for (int i = 0; i < args.size(); i++) {
                    out.append(i == 0 ? "; " : ", ");
                    terms.term(args.get(i), TermText.OPEN);
                }
                out.append(')');
                end();
            }
            case Stmt.Check(var condition, var message, var detail) -> {
                out.append("check ");
                terms.term(condition, TermText.OPEN);
                out.append(" else ").append(TermText.quoted(message, '"')).append(", ");
                terms.term(detail, TermText.OPEN);
                end();
            }
        }
    }

    private void loop(Stmt.Loop loop, String indent) {
        out.append(loop.parallel() ? "par " : "seq ").append(TermText.name(loop.var())).append(" in ");
        terms.term(loop.from(), TermText.CLOSED);
        out.append("..");
        terms.term(loop.to(), TermText.CLOSED);
        out.append(" step ").append(loop.step());
        end();
        for (var carry : loop.carries()) {
            out.append(indent).append("  ");
            binding("carry", carry.name(), carry.over(), carry.init(), true);
        }
        block(loop.body(), indent + "  ");
        for (var carry : loop.carries()) {
            out.append(indent).append("  ");
            binding("yield", carry.name(), carry.over(), carry.next(), false);
        }
    }

    private void either(Stmt.Either either, String indent) {
        out.append("either ").append(TermText.name(either.name())).append(" by ");
        terms.term(either.condition(), TermText.OPEN);
        end();
        block(either.yes(), indent + "  ");
        out.append(indent).append("  ");
        binding("yield", either.name(), List.of(), either.yesValue(), false);
        out.append(indent).append("else");
        end();
        block(either.no(), indent + "  ");
        out.append(indent).append("  ");
        binding("yield", either.name(), List.of(), either.noValue(), false);
    }

    private void binding(String word, String name, List<Stmt.Range> over, Term value, boolean ranges) {
        out.append(word).append(' ').append(TermText.name(name));
        if (!over.isEmpty()) {
            out.append(over.stream().map(r -> TermText.name(r.name())).collect(Collectors.joining(", ", "[", "]")));
        }
        out.append(" = ");
        terms.term(value, TermText.OPEN);
        if (ranges && !over.isEmpty()) {
            out.append(" for ").append(TermText.ranges(over));
        }
        end();
    }
}
