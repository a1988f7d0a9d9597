package dev.sinter.codegen.asm;

import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    /** Whether a kernel does nothing where all its parameters are zero: it is loops between parameters, or parallel. */
    static boolean idles(Kernel kernel) {
        return kernel.body().stream().allMatch(s -> idles(kernel, s));
    }

    private static boolean idles(Kernel kernel, Stmt stmt) {
        return switch (stmt) {
            case Stmt.Loop loop -> loop.parallel()
                    || (loop.from() instanceof Term.Ref || loop.from().equals(Term.i32(0)))
                            && isZero(loop.to());
            case Stmt.Let let -> harmless(kernel, let.value());
            default -> false;
        };
    }

    /** Whether a term is zero where all parameters are. */
    private static boolean isZero(Term term) {
        return term instanceof Term.Ref || term.equals(Term.i32(0))
                || term instanceof Term.Apply(var prim, var args) && (prim == Prim.ADD || prim == Prim.MUL)
                        && args.stream().allMatch(IdleEmitter::isZero);
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
