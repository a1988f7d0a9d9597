package dev.sinter.codegen.asm;

import dev.sinter.codegen.loop.Buffer;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.runtime.Form;
import java.util.List;
import java.util.function.Function;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Emits one kernel, in one form, as a static method: heap arrays first, then the scalar parameters. */
final class KernelEmitter implements Opcodes {
    /** Above this HotSpot's first compiler runs out of virtual registers and the method stays slow for ever. */
    static final int MAX_VECTOR_OPERATIONS = 150;

    private final MethodVisitor mv;
    private final Kernel kernel;
    private final TermEmitter terms;
    private final String owner;
    private final Function<Kernel, String> methodName;

    /**
     * Prepares.
     *
     * @param kernel
     *            legalized for the form: unrolled, and narrowed or scalar
     * @param methodName
     *            the method that a called kernel becomes
     */
    KernelEmitter(MethodVisitor mv, Kernel kernel, Form form, String owner, String weightsClass,
            Function<Kernel, String> methodName) {
        this.mv = mv;
        this.kernel = kernel;
        this.owner = owner;
        this.methodName = methodName;
        this.terms = new TermEmitter(mv, kernel, form, owner, weightsClass);
    }

    static String descriptor(Kernel kernel) {
        var text = new StringBuilder("(");
        kernel.buffers().stream().filter(b -> !b.isWeight()).forEach(b -> text.append(b.storage().descriptor()));
        kernel.params().forEach(p -> text.append(Instructions.descriptor(p.elem())));
        return text.append(")V").toString();
    }

    void emit(int line) {
        mv.visitCode();
        var start = new Label();
        mv.visitLabel(start);
        mv.visitLineNumber(line, start);
        for (var buffer : kernel.buffers()) {
            if (!buffer.isWeight()) {
                terms.define(buffer.name(), VType.I32);
            }
        }
        for (var param : kernel.params()) {
            terms.define(param.name(), new VType(param.elem(), 1));
        }
        block(kernel.body());
        mv.visitInsn(RETURN);
        var end = new Label();
        mv.visitLabel(end);
        mv.visitMaxs(0, 0);
        mv.visitEnd();
        if (end.getOffset() > FrameWriter.MAX_BYTECODES) {
            throw new IllegalStateException("kernel " + kernel.name() + " has " + end.getOffset()
                    + " bytecodes in one method; above " + FrameWriter.MAX_BYTECODES + " it would never be compiled");
        }
        if (terms.vectors().count() > MAX_VECTOR_OPERATIONS) {
            throw new IllegalStateException("kernel " + kernel.name() + " has " + terms.vectors().count()
                    + " vector operations in one method, at most " + MAX_VECTOR_OPERATIONS + " are compiled well");
        }
    }

    private void block(List<Stmt> body) {
        body.forEach(this::statement);
    }

    private void statement(Stmt stmt) {
        switch (stmt) {
            case Stmt.Let(var name, var over, var value) -> let(name, value);
            case Stmt.Store s -> store(s);
            case Stmt.Copy copy -> copy(copy);
            case Stmt.Loop loop -> loop(loop);
            case Stmt.If(var condition, var body) -> {
                var end = new Label();
                terms.push(condition, 0);
                mv.visitJumpInsn(IFEQ, end);
                block(body);
                mv.visitLabel(end);
            }
            case Stmt.Either either -> either(either);
            case Stmt.Call(var callee, var buffers, var args) -> {
                buffers.forEach(b -> mv.visitVarInsn(ALOAD, terms.local(b)));
                args.forEach(a -> terms.push(a, 0));
                mv.visitMethodInsn(INVOKESTATIC, owner, methodName.apply(callee), descriptor(callee), false);
            }
            case Stmt.Check(var condition, var message, var detail) -> check(condition, message, detail);
            case Stmt.Unroll u -> throw new IllegalArgumentException("kernel " + kernel.name() + " is not unrolled");
        }
    }

    private void let(String name, Term value) {
        terms.setProven(name, terms.isProven(value));
        var type = terms.types().of(value);
        int parts = terms.parts(type);
        if (parts == 1) {
            terms.push(value, 0);
            terms.store(type, terms.define(name, type)[0]);
            return;
        }
        var slots = terms.define(name, type);
        for (int part = 0; part < parts; part++) {
            terms.push(value, part);
            terms.store(type, slots[part]);
        }
    }

    private void either(Stmt.Either either) {
        var no = new Label();
        var end = new Label();
        terms.push(either.condition(), 0);
        mv.visitJumpInsn(IFEQ, no);
        block(either.yes());
        var type = terms.types().of(either.yesValue());
        var slots = terms.define(either.name(), type);
        assign(either.yesValue(), type, slots);
        mv.visitJumpInsn(GOTO, end);
        mv.visitLabel(no);
        block(either.no());
        assign(either.noValue(), type, slots);
        terms.setProven(either.name(), terms.isProven(either.yesValue()) && terms.isProven(either.noValue()));
        mv.visitLabel(end);
    }

    private void assign(Term value, VType type, int[] slots) {
        for (int part = 0; part < slots.length; part++) {
            terms.push(value, part);
            terms.store(type, slots[part]);
        }
    }

    private void store(Stmt.Store store) {
        var buffer = kernel.buffer(store.buffer());
        var type = terms.types().of(store.value());
        if (type.isVector()) {
            vectorStore(store, buffer, type);
            return;
        }
        var end = new Label();
        if (store.mask() != null) {
            terms.push(store.mask(), 0);
            mv.visitJumpInsn(IFEQ, end);
        }
        mv.visitVarInsn(ALOAD, terms.local(buffer.name()));
        terms.push(store.index(), 0);
        terms.push(store.value(), 0);
        Instructions.arrayStore(mv, buffer.storage(), type.elem());
        mv.visitLabel(end);
    }

    private void copy(Stmt.Copy copy) {
        var from = kernel.buffer(copy.from());
        Runnable place = () -> {
            mv.visitVarInsn(ALOAD, terms.local(copy.buffer()));
            terms.push(copy.index(), 0);
            terms.push(copy.count(), 0);
        };
        if (from.isWeight()) {
            terms.weights().copy(() -> terms.push(copy.first(), 0), place);
            return;
        }
        mv.visitVarInsn(ALOAD, terms.local(copy.from()));
        terms.push(copy.first(), 0);
        place.run();
        mv.visitMethodInsn(INVOKESTATIC, "java/lang/System", "arraycopy",
                "(Ljava/lang/Object;ILjava/lang/Object;II)V", false);
    }

    private void vectorStore(Stmt.Store store, Buffer buffer, VType type) {
        if (buffer.storage() == Buffer.Storage.I8 || buffer.storage() == Buffer.Storage.U8) {
            byteStore(store, buffer, type);
            return;
        }
        var elem = switch (buffer.storage()) {
            case F32 -> Elem.F32;
            case I32 -> Elem.I32;
            default -> throw new IllegalArgumentException("kernel " + kernel.name() + ": vectors can't be stored as "
                    + buffer.storage().label() + " in " + buffer.name());
        };
        for (int part = 0; part < terms.parts(type); part++) {
            terms.pushReceiver(store.value(), part);
            terms.vectors().convert(type.elem(), elem);
            pushPlace(store, buffer, part);
            if (store.mask() != null) {
                terms.push(store.mask(), part);
                terms.vectors().castMaskFor(elem);
            }
            terms.vectors().storeArray(elem, store.mask() != null);
        }
    }

    /** Array and index of one part of a store. */
    private void pushPlace(Stmt.Store store, Buffer buffer, int part) {
        mv.visitVarInsn(ALOAD, terms.local(buffer.name()));
        terms.push(store.index(), 0);
        if (part > 0) {
            terms.pushInt(part * terms.vectors().lanes());
            mv.visitInsn(IADD);
        }
    }

    /** The low bytes of 32-bit lanes, at least eight at once. */
    private void byteStore(Stmt.Store store, Buffer buffer, VType type) {
        if (store.mask() != null) {
            throw new IllegalArgumentException("kernel " + kernel.name()
                    + ": a vector of bytes is stored whole, not under a mask, in " + buffer.name());
        }
        var vectors = terms.vectors();
        int together = vectors.partsOfBytes();
        for (int first = 0; first < terms.parts(type); first += together) {
            for (int part = 0; part < together; part++) {
                terms.pushReceiver(store.value(), first + part);
                vectors.convert(type.elem(), Elem.I32);
                vectors.toBytes(part);
            }
            pushPlace(store, buffer, first);
            vectors.storeBytes();
        }
    }

    private void loop(Stmt.Loop loop) {
        for (var carry : loop.carries()) {
            let(carry.name(), carry.init());
            terms.setProven(carry.name(), false);
        }
        int limit = -1;
        if (!(loop.to() instanceof Term.Lit)) {
            limit = terms.newLocal(1);
            terms.push(loop.to(), 0);
            mv.visitVarInsn(ISTORE, limit);
        }
        terms.push(loop.from(), 0);
        int counter = terms.define(loop.var(), VType.I32)[0];
        mv.visitVarInsn(ISTORE, counter);
        var head = new Label();
        var end = new Label();
        mv.visitLabel(head);
        mv.visitVarInsn(ILOAD, counter);
        if (limit >= 0) {
            mv.visitVarInsn(ILOAD, limit);
        } else {
            terms.push(loop.to(), 0);
        }
        mv.visitJumpInsn(IF_ICMPGE, end);
        block(loop.body());
        next(loop.carries());
        var proven = loop.carries().stream().filter(c -> terms.isProven(c.init()) && terms.isProven(c.next())).toList();
        proven.forEach(c -> terms.setProven(c.name(), true));
        mv.visitIincInsn(counter, loop.step());
        mv.visitJumpInsn(GOTO, head);
        mv.visitLabel(end);
    }

    /** All next values are pushed before any is stored: they may refer to each other's old values. */
    private void next(List<Stmt.Carry> carries) {
        for (var carry : carries) {
            int parts = terms.parts(terms.types().of(carry.init()));
            for (int part = 0; part < parts; part++) {
                terms.push(carry.next(), part);
            }
        }
        for (var carry : carries.reversed()) {
            var type = terms.types().of(carry.init());
            for (int part = terms.parts(type) - 1; part >= 0; part--) {
                terms.store(type, terms.slots(carry.name())[part]);
            }
        }
    }

    private void check(Term condition, String message, Term detail) {
        var fine = new Label();
        terms.push(condition, 0);
        mv.visitJumpInsn(IFNE, fine);
        mv.visitLdcInsn(message);
        terms.push(detail, 0);
        mv.visitMethodInsn(INVOKESTATIC, "dev/sinter/runtime/Program", "outOfRange",
                "(Ljava/lang/String;J)Ldev/sinter/runtime/ModelException;", false);
        mv.visitInsn(ATHROW);
        mv.visitLabel(fine);
    }
}
