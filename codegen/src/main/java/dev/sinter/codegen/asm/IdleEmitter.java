package dev.sinter.codegen.asm;

import dev.sinter.codegen.loop.Idle;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Stmts;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Emits what a rehearsal needs: {@code idle}, which calls kernels with empty ranges, so that HotSpot counts their calls,
 * and {@code kernel}, which tells steps of one kernel.
 */
final class IdleEmitter implements Opcodes {
    private static final int CHUNK = 200;
    private static final int MOST_BYTES = 512;
    /** A constant string has at most 65,535 bytes, and a character at most three. */
    private static final int MOST_STEPS = 20_000;

    private final FrameWriter cw;
    private final String owner;

    IdleEmitter(FrameWriter cw, String owner) {
        this.cw = cw;
        this.owner = owner;
    }

    /** Whether there is a loop without loops and calls inside. */
    static boolean computesInLoops(List<Stmt> body) {
        return body.stream().anyMatch(stmt -> {
            var inside = Stmts.body(stmt);
            return computesInLoops(inside) || stmt instanceof Stmt.Loop
                    && inside.stream().noneMatch(s -> s instanceof Stmt.Loop || s instanceof Stmt.Call);
        });
    }

    /**
     * Emits {@code idle} for a form without vectors: for short kernels that are called again and again and have loops of
     * their own, which HotSpot would compile twice otherwise. It would compile the others for nothing.
     *
     * @param kernels
     *            all, which are written already
     * @param loops
     *            those with loops of their own
     * @param steps
     *            the kernel of each step
     */
    void idleLoops(Map<Kernel, String> kernels, Set<Kernel> loops, List<Kernel> steps) {
        var calls = new HashMap<Kernel, Integer>();
        steps.forEach(k -> calls.merge(k, 1, Integer::sum));
        var called = new LinkedHashMap<>(kernels);
        called.keySet().removeIf(k -> !loops.contains(k) || calls.getOrDefault(k, 2) < 2
                || cw.length(kernels.get(k)) > MOST_BYTES);
        idle(called);
    }

    /** Emits {@code idle} for kernels of a form. */
    void idle(Map<Kernel, String> kernels) {
        var calls = kernels.entrySet().stream().filter(k -> Idle.idles(k.getKey())).toList();
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
