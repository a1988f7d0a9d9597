package dev.sinter.codegen.asm;

import dev.sinter.codegen.plan.Plan;
import dev.sinter.codegen.plan.Values;
import dev.sinter.ir.Symbols;
import java.util.List;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Emits the common superclass of a model's forms: it resolves all sizes once for each distinct input shape. */
public final class BindEmitter implements Opcodes {
    static final String PROGRAM = "dev/sinter/runtime/Program";
    private static final String DESCRIPTOR = "([J[J)V";
    private static final int CHUNK = 100;

    private BindEmitter() {
    }

    /**
     * Emits the class.
     *
     * @param name
     *            internal name
     * @param plan
     *            the plan
     * @param values
     *            its sizes
     * @return the class file
     */
    public static byte[] emit(String name, Plan plan, Values values) {
        var cw = new FrameWriter();
        cw.visit(V25, ACC_PUBLIC | ACC_ABSTRACT | ACC_SUPER, name, null, PROGRAM, null);
        var init = cw.method(ACC_PUBLIC, "<init>", "()V");
        constructor(init, PROGRAM);
        var symbols = List.copyOf(plan.graph().symbols().bounds().keySet());
        var all = values.all();
        var bind = cw.method(ACC_PUBLIC, "bind", DESCRIPTOR);
        bind.visitCode();
        for (var equality : plan.graph().symbols().equalities()) {
            equality(bind, symbols, equality);
        }
        for (int from = 0; from < all.size(); from += CHUNK) {
            var part = "bind" + from / CHUNK;
            bind.visitVarInsn(ALOAD, 1);
            bind.visitVarInsn(ALOAD, 2);
            bind.visitMethodInsn(INVOKESTATIC, name, part, DESCRIPTOR, false);
            chunk(cw, part, symbols, values, from, Math.min(all.size(), from + CHUNK));
        }
        bind.visitInsn(RETURN);
        bind.visitMaxs(0, 0);
        bind.visitEnd();
        return cw.finish();
    }

    static void constructor(MethodVisitor init, String parent) {
        init.visitCode();
        init.visitVarInsn(ALOAD, 0);
        init.visitMethodInsn(INVOKESPECIAL, parent, "<init>", "()V", false);
        init.visitInsn(RETURN);
        init.visitMaxs(0, 0);
        init.visitEnd();
    }

    private static void chunk(FrameWriter cw, String name, List<String> symbols, Values values, int from, int to) {
        var mv = cw.method(ACC_PRIVATE | ACC_STATIC, name, DESCRIPTOR);
        mv.visitCode();
        var code = new DimCode(mv, symbols, 0);
        for (int i = from; i < to; i++) {
            mv.visitVarInsn(ALOAD, 1);
            Instructions.pushInt(mv, i);
            code.push(values.all().get(i));
            mv.visitInsn(LASTORE);
        }
        mv.visitInsn(RETURN);
        mv.visitMaxs(0, 0);
        mv.visitEnd();
    }

    private static void equality(MethodVisitor mv, List<String> symbols, Symbols.Equality equality) {
        var code = new DimCode(mv, symbols, 1);
        var fine = new Label();
        code.push(equality.left());
        code.push(equality.right());
        mv.visitInsn(LCMP);
        mv.visitJumpInsn(IFEQ, fine);
        mv.visitLdcInsn(equality.reason() + ": " + equality.left() + " = " + equality.right()
                + " was expected, the left side came as");
        code.push(equality.left());
        mv.visitMethodInsn(INVOKESTATIC, PROGRAM, "outOfRange",
                "(Ljava/lang/String;J)Ldev/sinter/runtime/ModelException;", false);
        mv.visitInsn(ATHROW);
        mv.visitLabel(fine);
    }
}
