package dev.sinter.codegen.asm;

import dev.sinter.codegen.loop.Buffer.Storage;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Access to the weight segment, a {@code static final} of the model's classes, so that HotSpot knows its kind whatever
 * other code does to the type profiles of segments. The scalar form reads elements through buffers, which start quicker.
 */
final class WeightCode implements Opcodes {
    static final String SEGMENT = "java/lang/foreign/MemorySegment";
    static final String FIELD = "W";
    private static final String LAYOUT = "java/lang/foreign/ValueLayout";

    static final String BUFFERS = "B";
    static final String BUFFERS_TYPE = "[Ljava/nio/ByteBuffer;";
    private static final String WEIGHTS = "dev/sinter/runtime/Weights";
    private static final String FLOATS = "FLOATS";
    private static final String FLOATS_TYPE = "[Ljava/nio/FloatBuffer;";

    private final MethodVisitor mv;
    private final String weightsClass;
    private final @Nullable String scalarClass; // null: vectors are read, and so all is

    WeightCode(MethodVisitor mv, String weightsClass, @Nullable String scalarClass) {
        this.mv = mv;
        this.weightsClass = weightsClass;
        this.scalarClass = scalarClass;
    }

    /** Gives the class of the scalar form its buffers over the weights. */
    static void buffers(FrameWriter cw, MethodVisitor init, String owner, String weightsClass) {
        cw.visitField(ACC_PRIVATE | ACC_STATIC | ACC_FINAL, BUFFERS, BUFFERS_TYPE, null, null).visitEnd();
        var loaded = new Label();
        init.visitLdcInsn(Type.getObjectType(owner));
        init.visitMethodInsn(INVOKESTATIC, WEIGHTS, "loadedBuffers", "(Ljava/lang/Class;)" + BUFFERS_TYPE, false);
        init.visitInsn(DUP);
        init.visitJumpInsn(IFNONNULL, loaded);
        init.visitInsn(POP);
        new WeightCode(init, weightsClass, null).pushSegment();
        init.visitMethodInsn(INVOKESTATIC, WEIGHTS, "buffers", "(L" + SEGMENT + ";)" + BUFFERS_TYPE, false);
        init.visitLabel(loaded);
        init.visitInsn(DUP);
        init.visitFieldInsn(PUTSTATIC, owner, BUFFERS, BUFFERS_TYPE);
        cw.visitField(ACC_PRIVATE | ACC_STATIC | ACC_FINAL, FLOATS, FLOATS_TYPE, null, null).visitEnd();
        init.visitMethodInsn(INVOKESTATIC, WEIGHTS, "floats", "(" + BUFFERS_TYPE + ")" + FLOATS_TYPE, false);
        init.visitFieldInsn(PUTSTATIC, owner, FLOATS, FLOATS_TYPE);
    }

    void pushSegment() {
        mv.visitFieldInsn(GETSTATIC, weightsClass, FIELD, "L" + SEGMENT + ";");
    }

    /** Turns the i64 element index on the stack into a byte offset, computed in long throughout. */
    void scale(Storage storage, long extraBytes) {
        if (storage.bytes() > 1) {
            Instructions.pushInt(mv, Integer.numberOfTrailingZeros(storage.bytes()));
            mv.visitInsn(LSHL);
        }
        if (extraBytes != 0) {
            mv.visitLdcInsn(extraBytes);
            mv.visitInsn(LADD);
        }
    }

    /** Checks that the index of an f32 element on the stack has so many behind it, itself counted. */
    void checkWithin(long elements) {
        if (scalarClass != null) {
            return; // what buffers are asked for is checked one by one
        }
        pushSegment();
        mv.visitMethodInsn(INVOKEINTERFACE, SEGMENT, "byteSize", "()J", true);
        mv.visitInsn(ICONST_2);
        mv.visitInsn(LUSHR);
        mv.visitLdcInsn(elements - 1);
        mv.visitInsn(LSUB);
        mv.visitMethodInsn(INVOKESTATIC, "java/util/Objects", "checkIndex", "(JJ)J", false);
    }

    /** Copies f32 elements from the index that is pushed first to a place of an array, as many as are pushed last. */
    void copy(Runnable pushIndex, Runnable pushPlace) {
        mv.visitFieldInsn(GETSTATIC, scalarClass, FLOATS, FLOATS_TYPE);
        pushIndex.run();
        pushPlace.run();
        mv.visitMethodInsn(INVOKESTATIC, WEIGHTS, "copy", "(" + FLOATS_TYPE + "J[FII)V", false);
    }

    void pushElement(Storage storage, Runnable pushIndex) {
        var layout = switch (storage) {
            case F32 -> "Float";
            case F64 -> "Double";
            case I64 -> "Long";
            case I32, U32 -> "Int";
            case I16, U16, F16, BF16 -> "Short";
            case I8, U8, BOOL, F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 -> "Byte";
            case STRING -> throw new IllegalArgumentException("strings are no weights");
        };
        char result = storage.descriptor().charAt(1);
        if (scalarClass != null) {
            mv.visitFieldInsn(GETSTATIC, scalarClass, BUFFERS, BUFFERS_TYPE);
            pushIndex.run();
            scale(storage, 0);
            mv.visitMethodInsn(INVOKESTATIC, WEIGHTS, "get" + layout, "(" + BUFFERS_TYPE + "J)" + result, false);
            return;
        }
        var type = "java/lang/foreign/ValueLayout$Of" + layout;
        var constant = "JAVA_" + layout.toUpperCase(java.util.Locale.ROOT) + (storage.bytes() > 1 ? "_UNALIGNED" : "");
        pushSegment();
        mv.visitFieldInsn(GETSTATIC, LAYOUT, constant, "L" + type + ";");
        pushIndex.run();
        scale(storage, 0);
        mv.visitMethodInsn(INVOKEINTERFACE, SEGMENT, "get", "(L" + type + ";J)" + result, true);
    }
}
