package dev.sinter.codegen.asm;

import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Lanewise;
import dev.sinter.codegen.loop.Memory;
import dev.sinter.codegen.loop.Unrolling;
import dev.sinter.runtime.Form;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Kernels as JVM methods of a class of their own, in one form, for tests. */
final class Emitted implements Opcodes {
    private static final String CODE = "dev/sinter/codegen/asm/generated/Code";
    private static final String WEIGHTS = "dev/sinter/codegen/asm/generated/Weights";

    /** Loads the emitted classes and hands the weights to the one that keeps them. */
    static final class Loader extends ClassLoader implements Supplier<MemorySegment> {
        private final MemorySegment weights;

        Loader(MemorySegment weights) {
            super(Emitted.class.getClassLoader());
            this.weights = weights;
        }

        @Override
        public MemorySegment get() {
            return weights;
        }

        Class<?> define(byte[] bytes) {
            return defineClass(null, bytes, 0, bytes.length);
        }
    }

    private final Form form;
    private final FrameWriter writer = new FrameWriter();
    private final Map<Kernel, String> methods = new LinkedHashMap<>();
    private final ArrayDeque<Kernel> pending = new ArrayDeque<>();

    private Emitted(Form form) {
        this.form = form;
    }

    /** A kernel without families, in the shape the emitter wants for a form. */
    static Kernel legalized(Kernel kernel, Form form) {
        var expanded = Unrolling.expand(kernel);
        return form == Form.SCALAR ? Lanewise.scalar(expanded) : Lanewise.narrow(expanded, form.bits() / 32);
    }

    /** The class file of a kernel and those it calls. */
    static byte[] bytes(Kernel kernel, Form form) {
        return new Emitted(form).emit(kernel);
    }

    /** Emits a kernel, loads it and runs it on memory. */
    static void run(Kernel kernel, Form form, Memory memory, List<?> args) throws Throwable {
        try (var arena = Arena.ofConfined()) {
            var segment = arena.allocate(Math.max(1, memory.weights().length), 64);
            MemorySegment.copy(memory.weights(), 0, segment, ValueLayout.JAVA_BYTE, 0, memory.weights().length);
            var loader = new Loader(segment.asReadOnly());
            loader.define(weightsClass());
            var type = loader.define(bytes(kernel, form));
            var values = new ArrayList<Object>();
            kernel.buffers().stream().filter(b -> !b.isWeight()).forEach(b -> values.add(memory.heap().get(b.name())));
            values.addAll(args);
            var descriptor = MethodType.fromMethodDescriptorString(KernelEmitter.descriptor(kernel), loader);
            MethodHandles.publicLookup().findStatic(type, "k0", descriptor).invokeWithArguments(values);
        }
    }

    private static byte[] weightsClass() {
        var writer = new FrameWriter();
        writer.visit(V25, ACC_PUBLIC | ACC_SUPER, WEIGHTS, null, "java/lang/Object", null);
        writer.visitField(ACC_PUBLIC | ACC_STATIC | ACC_FINAL, WeightCode.FIELD, "L" + WeightCode.SEGMENT + ";", null,
                null).visitEnd();
        var mv = writer.method(ACC_STATIC, "<clinit>", "()V");
        mv.visitCode();
        mv.visitLdcInsn(Type.getObjectType(WEIGHTS));
        mv.visitMethodInsn(INVOKEVIRTUAL, "java/lang/Class", "getClassLoader", "()Ljava/lang/ClassLoader;", false);
        mv.visitTypeInsn(CHECKCAST, "java/util/function/Supplier");
        mv.visitMethodInsn(INVOKEINTERFACE, "java/util/function/Supplier", "get", "()Ljava/lang/Object;", true);
        mv.visitTypeInsn(CHECKCAST, WeightCode.SEGMENT);
        mv.visitFieldInsn(PUTSTATIC, WEIGHTS, WeightCode.FIELD, "L" + WeightCode.SEGMENT + ";");
        mv.visitInsn(RETURN);
        mv.visitMaxs(0, 0);
        mv.visitEnd();
        return writer.finish();
    }

    private String method(Kernel kernel) {
        return methods.computeIfAbsent(kernel, k -> {
            pending.add(k);
            return "k" + methods.size();
        });
    }

    private byte[] emit(Kernel first) {
        // checks raise an exception that only subclasses of Program may make
        writer.visit(V25, ACC_PUBLIC | ACC_ABSTRACT | ACC_SUPER, CODE, null, "dev/sinter/runtime/Program", null);
        var init = writer.method(Opcodes.ACC_STATIC, "<clinit>", "()V");
        init.visitCode();
        Shuffles.emit(writer, init, CODE, form);
        if (form == Form.SCALAR) {
            WeightCode.buffers(writer, init, CODE, WEIGHTS);
        }
        init.visitInsn(Opcodes.RETURN);
        init.visitMaxs(0, 0);
        init.visitEnd();
        method(first);
        while (!pending.isEmpty()) {
            var kernel = pending.poll();
            var mv = writer.method(ACC_PUBLIC | ACC_STATIC, method(kernel), KernelEmitter.descriptor(kernel));
            new KernelEmitter(mv, legalized(kernel, form), form, CODE, WEIGHTS, this::method).emit(1);
        }
        return writer.finish();
    }
}
