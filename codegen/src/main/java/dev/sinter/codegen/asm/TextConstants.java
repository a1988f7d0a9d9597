package dev.sinter.codegen.asm;

import dev.sinter.codegen.plan.Place;
import java.util.LinkedHashMap;
import java.util.Map;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** String constants of a form: arrays in its class, read from the weights when the class is first used. */
final class TextConstants implements Opcodes {
    private static final String TEXTS = "[Ljava/lang/String;";

    private final Map<Place.Text, String> fields = new LinkedHashMap<>();

    /** Pushes the array of a constant. */
    void push(MethodVisitor mv, String owner, Place.Text text) {
        var field = fields.computeIfAbsent(text, t -> "TEXT" + fields.size());
        mv.visitFieldInsn(GETSTATIC, owner, field, TEXTS);
    }

    /** Adds the constants asked for to a class and its initializer. */
    void emit(FrameWriter cw, MethodVisitor init, String owner, String weightsClass) {
        fields.forEach((text, field) -> {
            cw.visitField(ACC_PRIVATE | ACC_STATIC | ACC_FINAL, field, TEXTS, null, null).visitEnd();
            new WeightCode(init, weightsClass, null).pushSegment();
            init.visitLdcInsn(text.byteOffset());
            Instructions.pushInt(init, text.count());
            init.visitMethodInsn(INVOKESTATIC, "dev/sinter/runtime/Texts", "read",
                    "(L" + WeightCode.SEGMENT + ";JI)" + TEXTS, false);
            init.visitFieldInsn(PUTSTATIC, owner, field, TEXTS);
        });
    }
}
