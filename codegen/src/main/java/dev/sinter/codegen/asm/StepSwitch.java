package dev.sinter.codegen.asm;

import java.util.Arrays;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Emits a method that calls the method of the step with a number, in parts that are short enough to be compiled. */
final class StepSwitch implements Opcodes {
    private static final String FRAME = "Ldev/sinter/runtime/Frame;";
    /** What the methods of steps and of their samples take: the frame, the worker, and the bounds of a range. */
    private static final String STEP = "(" + FRAME + "III)V";
    private static final int CHUNK = 128;

    private final FrameWriter cw;
    private final String owner;
    private final String method;
    private final boolean samples;
    private final String descriptor;

    private StepSwitch(FrameWriter cw, String owner, String method, boolean samples) {
        this.cw = cw;
        this.owner = owner;
        this.method = method;
        this.samples = samples;
        this.descriptor = "(I" + FRAME + (samples ? "II)Z" : "III)V");
    }

    /** {@code void step(int step, Frame frame, int worker, int from, int to)} */
    static StepSwitch ofSteps(FrameWriter cw, String owner) {
        return new StepSwitch(cw, owner, "step", false);
    }

    /** {@code boolean sample(int step, Frame frame, int from, int to)}, which says whether there is one; worker 0. */
    static StepSwitch ofSamples(FrameWriter cw, String owner) {
        return new StepSwitch(cw, owner, "sample", true);
    }

    /**
     * Emits it.
     *
     * @param methods
     *            by a step's number, or null
     * @param steps
     *            how many
     */
    void emit(IntFunction<@Nullable String> methods, int steps) {
        var whole = cw.method(ACC_PUBLIC, method, descriptor);
        whole.visitCode();
        for (int from = 0; from < steps; from += CHUNK) {
            int to = Math.min(steps, from + CHUNK);
            var next = new Label();
            whole.visitVarInsn(ILOAD, 1);
            Instructions.pushInt(whole, to);
            whole.visitJumpInsn(IF_ICMPGE, next);
            whole.visitVarInsn(ILOAD, 1);
            arguments(whole, 2);
            var part = method + from / CHUNK;
            whole.visitMethodInsn(INVOKESTATIC, owner, part, descriptor, false);
            whole.visitInsn(samples ? IRETURN : RETURN);
            whole.visitLabel(next);
            part(part, methods, from, to);
        }
        end(whole);
    }

    private void part(String part, IntFunction<@Nullable String> methods, int from, int to) {
        var mv = cw.method(ACC_PRIVATE | ACC_STATIC, part, descriptor);
        mv.visitCode();
        var otherwise = new Label();
        var labels = new Label[to - from];
        Arrays.setAll(labels, i -> methods.apply(from + i) == null ? otherwise : new Label());
        mv.visitVarInsn(ILOAD, 0);
        mv.visitTableSwitchInsn(from, to - 1, otherwise, labels);
        for (int i = from; i < to; i++) {
            var target = methods.apply(i);
            if (target != null) {
                mv.visitLabel(labels[i - from]);
                call(mv, target);
            }
        }
        mv.visitLabel(otherwise);
        end(mv);
    }

    private void call(MethodVisitor mv, String target) {
        if (samples) {
            mv.visitVarInsn(ALOAD, 1);
            mv.visitInsn(ICONST_0);
            mv.visitVarInsn(ILOAD, 2);
            mv.visitVarInsn(ILOAD, 3);
        } else {
            arguments(mv, 1);
        }
        mv.visitMethodInsn(INVOKESTATIC, owner, target, STEP, false);
        if (samples) {
            mv.visitInsn(ICONST_1);
        }
        mv.visitInsn(samples ? IRETURN : RETURN);
    }

    /** Hands on the frame, which is the given variable, and what follows. */
    private void arguments(MethodVisitor mv, int frame) {
        mv.visitVarInsn(ALOAD, frame);
        for (int i = 1; i <= (samples ? 2 : 3); i++) {
            mv.visitVarInsn(ILOAD, frame + i);
        }
    }

    /** Where there is no such step. */
    private void end(MethodVisitor mv) {
        if (samples) {
            mv.visitInsn(ICONST_0);
        }
        mv.visitInsn(samples ? IRETURN : RETURN);
        mv.visitMaxs(0, 0);
        mv.visitEnd();
    }
}
