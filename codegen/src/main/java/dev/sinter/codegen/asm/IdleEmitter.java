package dev.sinter.codegen.asm;

import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Emits what a rehearsal needs: {@code idle}, which calls kernels with empty ranges, so that HotSpot counts their calls,
 * and {@code kernel}, which tells steps of one kernel.
 */
final class IdleEmitter implements Opcodes {
    private static final int CHUNK = 200;
    /** A constant string has at most 65,535 bytes, and a character at most three. */
    private static final int MOST_STEPS = 20_000;

    private final FrameWriter cw;
    private final String owner;

    IdleEmitter(FrameWriter cw, String owner) {
        this.cw = cw;
        this.owner = owner;
    }

    /** Whether a kernel does nothing where all its parameters are zero: then its loops end before they begin. */
    static boolean idles(Kernel kernel) {
        var known = new HashMap<String, Long>();
        kernel.params().forEach(p -> known.put(p.name(), 0L));
        return kernel.body().stream().allMatch(s -> idles(kernel, s, known));
    }

    private static boolean idles(Kernel kernel, Stmt stmt, Map<String, Long> known) {
        return switch (stmt) {
            case Stmt.Loop loop -> {
                var from = value(loop.from(), known);
                var to = value(loop.to(), known);
                yield from != null && to != null && from >= to
                        && loop.carries().stream().allMatch(c -> harmless(kernel, c.init()));
            }
            case Stmt.If(var condition, var body) -> {
                var holds = value(condition, known);
                yield holds != null && holds == 0;
            }
            case Stmt.Let let -> {
                var value = value(let.value(), known);
                if (value != null) {
                    known.put(let.name(), value);
                }
                yield value != null || harmless(kernel, let.value());
            }
            default -> false;
        };
    }

    /** The value of an integer that depends on nothing but what is known; null otherwise. */
    private static @Nullable Long value(Term term, Map<String, Long> known) {
        return switch (term) {
            case Term.Lit(var real, var bits, var type) when !type.isVector() && type.elem() != Elem.F32
                    && type.elem() != Elem.F64 ->
                    bits;
            case Term.Ref(var name, var subscripts) -> known.get(name);
            case Term.Convert(var inner, var to) when to == Elem.I64 || to == Elem.I32 -> value(inner, known);
            case Term.Apply(var prim, var args) when args.size() == 2 -> {
                var a = value(args.get(0), known);
                var b = value(args.get(1), known);
                yield a == null || b == null ? null : value(prim, a, b);
            }
            default -> null;
        };
    }

    private static @Nullable Long value(Prim prim, long a, long b) {
        return switch (prim) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case AND -> a & b;
            case DIV -> b == 0 ? null : (Long) (a / b);
            case REM -> b == 0 ? null : (Long) (a % b);
            case EQ -> a == b ? 1L : 0L;
            case LT -> a < b ? 1L : 0L;
            case LE -> a <= b ? 1L : 0L;
            default -> null;
        };
    }

    /** Whether a term can't fail: it reads weights only, of which there are as many from the first on as anywhere. */
    private static boolean harmless(Kernel kernel, Term term) {
        boolean itself = switch (term) {
            case Term.Load load -> kernel.buffer(load.buffer()).isWeight();
            case Term.Fold fold -> false;
            case Term.Apply(var prim, var args) -> prim != Prim.DIV && prim != Prim.REM;
            default -> true;
        };
        return itself && term.children().stream().allMatch(t -> harmless(kernel, t));
    }

    /** Emits {@code idle} for the kernels of a form. */
    void idle(Map<Kernel, String> kernels) {
        var calls = kernels.entrySet().stream().filter(k -> idles(k.getKey())).toList();
        var idle = cw.method(ACC_PUBLIC, "idle", "()V");
        idle.visitCode();
        for (int from = 0; from < calls.size(); from += CHUNK) {
            var part = "idle" + from / CHUNK;
            idle.visitMethodInsn(INVOKESTATIC, owner, part, "()V", false);
            var mv = cw.method(ACC_PRIVATE | ACC_STATIC, part, "()V");
            mv.visitCode();
            calls.subList(from, Math.min(calls.size(), from + CHUNK)).forEach(k -> call(mv, k.getKey(), k.getValue()));
            end(mv);
        }
        end(idle);
    }

    private void call(MethodVisitor mv, Kernel kernel, String method) {
        kernel.buffers().stream().filter(b -> !b.isWeight()).forEach(b -> mv.visitInsn(ACONST_NULL));
        for (var param : kernel.params()) {
            mv.visitInsn(switch (param.elem()) {
                case I64 -> LCONST_0;
                case F32 -> FCONST_0;
                case F64 -> DCONST_0;
                default -> ICONST_0;
            });
        }
        mv.visitMethodInsn(INVOKESTATIC, owner, method, KernelEmitter.descriptor(kernel), false);
    }

    /** Emits {@code kernel}: a string with a character for each step. */
    void kernels(List<Kernel> steps) {
        if (steps.size() > MOST_STEPS) {
            return;
        }
        var numbers = new HashMap<Kernel, Integer>();
        var text = new StringBuilder();
        for (var step : steps) {
            var next = numbers.size();
            text.append((char) (int) numbers.computeIfAbsent(step, k -> next));
        }
        var kernel = cw.method(ACC_PUBLIC, "kernel", "(I)I");
        kernel.visitCode();
        kernel.visitLdcInsn(text.toString());
        kernel.visitVarInsn(ILOAD, 1);
        kernel.visitMethodInsn(INVOKEVIRTUAL, "java/lang/String", "charAt", "(I)C", false);
        kernel.visitInsn(IRETURN);
        kernel.visitMaxs(0, 0);
        kernel.visitEnd();
    }

    private static void end(MethodVisitor mv) {
        mv.visitInsn(RETURN);
        mv.visitMaxs(0, 0);
        mv.visitEnd();
    }
}
