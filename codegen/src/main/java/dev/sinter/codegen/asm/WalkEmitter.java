package dev.sinter.codegen.asm;

import dev.sinter.codegen.plan.Arg;
import dev.sinter.codegen.plan.ModelPlan;
import dev.sinter.codegen.plan.Values;
import dev.sinter.ir.Dim;
import java.util.List;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Emits the way through the steps for those who want to see each of them: {@code walk} leaves to the frame even steps of
 * one round, which {@code run} calls itself. All forms share it.
 */
final class WalkEmitter implements Opcodes {
    private static final String FRAME = "dev/sinter/runtime/Frame";
    private static final String DESCRIPTOR = "(L" + FRAME + ";)V";
    private static final int CHUNK = 128;

    private final FrameWriter cw;
    private final String owner;
    private final ModelPlan plan;
    private final List<Values> values;

    private WalkEmitter(FrameWriter cw, String owner, ModelPlan plan, List<Values> values) {
        this.cw = cw;
        this.owner = owner;
        this.plan = plan;
        this.values = values;
    }

    static void emit(FrameWriter cw, String owner, ModelPlan plan, List<Values> values) {
        var walk = new WalkEmitter(cw, owner, plan, values);
        if (plan.script() == null) {
            var mv = cw.method(ACC_PUBLIC, "walk", DESCRIPTOR);
            mv.visitCode();
            walk.block(mv, 0, 1);
            end(mv);
            return;
        }
        var dispatch = cw.method(ACC_PUBLIC, "walk", "(IL" + FRAME + ";)V");
        dispatch.visitCode();
        Instructions.dispatch(dispatch, 1, plan.blocks().size(), block -> walk.block(dispatch, block, 2));
        end(dispatch);
    }

    private void block(MethodVisitor mv, int block, int frame) {
        int first = plan.firstStep(block);
        int end = first + plan.blocks().get(block).steps().size();
        for (int from = first; from < end; from += CHUNK) {
            var part = "walk_block" + block + "_" + (from - first) / CHUNK;
            mv.visitVarInsn(ALOAD, 0);
            mv.visitVarInsn(ALOAD, frame);
            mv.visitMethodInsn(INVOKEVIRTUAL, owner, part, DESCRIPTOR, false);
            part(part, block, from - first, Math.min(end, from + CHUNK) - first);
        }
    }

    private void part(String part, int block, int from, int to) {
        var mv = cw.method(ACC_PRIVATE, part, DESCRIPTOR);
        mv.visitCode();
        for (int i = from; i < to; i++) {
            mv.visitVarInsn(ALOAD, 1);
            mv.visitVarInsn(ALOAD, 0);
            Instructions.pushInt(mv, plan.firstStep(block) + i);
            var count = plan.blocks().get(block).steps().get(i).count();
            count(mv, block, count == null ? Dim.ONE : count);
            mv.visitMethodInsn(INVOKEVIRTUAL, FRAME, "parallel", "(L" + BindEmitter.PROGRAM + ";II)V", false);
        }
        end(mv);
    }

    private void count(MethodVisitor mv, int block, Dim count) {
        if (count.isConst()) {
            Instructions.pushInt(mv, (int) count.value()); // the forms refuse what does not fit
            return;
        }
        mv.visitVarInsn(ALOAD, 1);
        mv.visitFieldInsn(GETFIELD, FRAME, "p", "[I");
        Instructions.pushInt(mv, plan.blocks().get(block).allocations().size()
                + values.get(block).param(new Arg.Int(count)));
        mv.visitInsn(IALOAD);
    }

    private static void end(MethodVisitor mv) {
        mv.visitInsn(RETURN);
        mv.visitMaxs(0, 0);
        mv.visitEnd();
    }
}
