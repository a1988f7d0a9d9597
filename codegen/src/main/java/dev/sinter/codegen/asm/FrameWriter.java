package dev.sinter.codegen.asm;

import java.util.LinkedHashMap;
import java.util.Map;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * A class writer that computes frames without loading classes (unrelated types meet in Object) and that knows how long
 * its methods are: HotSpot never compiles a method above 8,000 bytecodes, so none may come out of the compiler.
 */
final class FrameWriter extends ClassWriter {
    static final int MAX_BYTECODES = 8000;

    private final Map<String, Label> ends = new LinkedHashMap<>();

    FrameWriter() {
        super(COMPUTE_FRAMES);
    }

    @Override
    protected String getCommonSuperClass(String a, String b) {
        return a.equals(b) ? a : "java/lang/Object";
    }

    /** A method's visitor, which notes where the method ends. */
    MethodVisitor method(int access, String name, String descriptor) {
        var inner = visitMethod(access, name, descriptor, null, null);
        return new MethodVisitor(Opcodes.ASM9, inner) {
            @Override
            public void visitMaxs(int maxStack, int maxLocals) {
                var end = new Label();
                super.visitLabel(end);
                ends.put(name, end);
                super.visitMaxs(maxStack, maxLocals);
            }
        };
    }

    /** Bytecodes of a method that was written. */
    int length(String name) {
        return ends.get(name).getOffset();
    }

    /** The class file, once every method is known to be small enough. */
    byte[] finish() {
        visitEnd();
        var bytes = toByteArray();
        ends.forEach((name, end) -> {
            if (end.getOffset() > MAX_BYTECODES) {
                throw new IllegalStateException("method " + name + " has " + end.getOffset() + " bytecodes; above "
                        + MAX_BYTECODES + " it would never be compiled");
            }
        });
        return bytes;
    }
}
