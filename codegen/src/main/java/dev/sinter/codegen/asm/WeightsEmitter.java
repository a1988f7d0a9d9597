package dev.sinter.codegen.asm;

import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Emits the class whose static final field is the weight segment. */
public final class WeightsEmitter implements Opcodes {
    private static final String DESCRIPTOR = "L" + WeightCode.SEGMENT + ";";

    private WeightsEmitter() {
    }

    /**
     * Emits the class.
     *
     * @param name
     *            internal name
     * @return the class file
     */
    public static byte[] emit(String name) {
        var cw = new FrameWriter();
        cw.visit(V25, ACC_FINAL | ACC_SUPER, name, null, "java/lang/Object", null);
        cw.visitField(ACC_STATIC | ACC_FINAL, WeightCode.FIELD, DESCRIPTOR, null, null).visitEnd();
        var init = cw.method(ACC_STATIC, "<clinit>", "()V");
        init.visitCode();
        init.visitLdcInsn(Type.getObjectType(name));
        init.visitMethodInsn(INVOKESTATIC, "dev/sinter/runtime/Weights", "of", "(Ljava/lang/Class;)" + DESCRIPTOR,
                false);
        init.visitFieldInsn(PUTSTATIC, name, WeightCode.FIELD, DESCRIPTOR);
        init.visitInsn(RETURN);
        init.visitMaxs(0, 0);
        init.visitEnd();
        return cw.finish();
    }
}
