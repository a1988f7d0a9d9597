package dev.sinter.codegen.asm;

import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.Types;
import dev.sinter.codegen.loop.VType;
import dev.sinter.runtime.Form;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Emits terms: pushes the value of a term on the operand stack. A sixteen-lane vector is one or several machine vectors,
 * its parts, each pushed on its own.
 */
final class TermEmitter implements Opcodes {
    private static final String MATH = "java/lang/Math";

    private final MethodVisitor mv;
    private final Kernel kernel;
    private final Types types;
    private final VectorCode vectors;
    private final WeightCode weights;
    private final Map<String, int[]> locals = new HashMap<>();
    private final Set<String> unproven = new HashSet<>();
    private int nextLocal;

    /** Access to weights. */
    WeightCode weights() {
        return weights;
    }

    TermEmitter(MethodVisitor mv, Kernel kernel, Form form, String owner, String weightsClass) {
        this.mv = mv;
        this.kernel = kernel;
        this.types = new Types(kernel);
        this.vectors = new VectorCode(mv, form, owner);
        this.weights = new WeightCode(mv, weightsClass, form == Form.SCALAR ? owner : null);
    }

    Types types() {
        return types;
    }

    VectorCode vectors() {
        return vectors;
    }

    IllegalArgumentException unsupported(String what) {
        return new IllegalArgumentException("kernel " + kernel.name() + ": " + what);
    }

    /** Number of machine vectors a value consists of. */
    int parts(VType type) {
        return type.isVector() ? Math.max(1, type.lanes() / vectors.lanes()) : 1;
    }

    /** Reserves locals for a name's parts. */
    int[] define(String name, VType type) {
        var slots = new int[parts(type)];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = newLocal(type.isVector() ? 1 : slotSize(type.elem()));
        }
        locals.put(name, slots);
        return slots;
    }

    int newLocal(int size) {
        int local = nextLocal;
        nextLocal += size;
        return local;
    }

    static int slotSize(Elem elem) {
        return elem == Elem.I64 || elem == Elem.F64 ? 2 : 1;
    }

    void store(VType type, int local) {
        mv.visitVarInsn(type.isVector() ? ASTORE : switch (type.elem()) {
            case F32 -> FSTORE;
            case F64 -> DSTORE;
            case I32, BOOL -> ISTORE;
            case I64 -> LSTORE;
            case REF, B4, H2 -> ASTORE;
        }, local);
    }

    void load(VType type, int local) {
        mv.visitVarInsn(type.isVector() ? ALOAD : switch (type.elem()) {
            case F32 -> FLOAD;
            case F64 -> DLOAD;
            case I32, BOOL -> ILOAD;
            case I64 -> LLOAD;
            case REF, B4, H2 -> ALOAD;
        }, local);
    }

    int local(String name) {
        var slots = locals.get(name);
        if (slots == null) {
            throw new IllegalStateException("kernel " + kernel.name() + ": " + name + " is used before it is defined");
        }
        return slots[0];
    }

    int[] slots(String name) {
        return locals.get(name);
    }

    // ---- what HotSpot knows of vectors

    /**
     * Whether HotSpot's second compiler knows which class a vector is of, whatever was run before. A call on any other one
     * is compiled as a call as soon as the Java process has used vectors of two widths, and then everything around it
     * allocates. What an operation gives is known; what goes round in a loop is not, since it depends on itself.
     */
    boolean isProven(Term term) {
        return !(term instanceof Term.Ref(var name, var subs) && unproven.contains(name));
    }

    void setProven(String name, boolean proven) {
        if (proven) {
            unproven.remove(name);
        } else {
            unproven.add(name);
        }
    }

    /** Pushes one part of a term that a method is called on. */
    void pushReceiver(Term term, int part) {
        push(term, part);
        var type = types.of(term);
        if (type.isVector() && type.elem() != Elem.BOOL && !isProven(term)) {
            vectors.prove(type.elem());
        }
    }

    /** Pushes one part of a term. */
    void push(Term term, int part) {
        var type = types.of(term);
        switch (term) {
            case Term.Ref(var name, var subs) -> {
                local(name);
                load(type, locals.get(name)[part]);
            }
            case Term.Lit lit -> {
                pushLiteral(lit);
                if (type.isVector()) {
                    vectors.broadcast(type.elem());
                }
            }
            case Term.Splat(var value, var lanes) -> {
                push(value, 0);
                vectors.broadcast(type.elem());
            }
            case Term.Load l -> pushLoad(l, part);
            case Term.Convert(var value, var to) -> pushConvert(value, to, part);
            case Term.Bits(var value, var to) -> pushBits(value, to, part);
            case Term.Lanes(var first, var limit, var lanes) -> {
                vectors.pushSpecies(Elem.F32);
                push(first, 0);
                addConstant(part * vectors.lanes());
                push(limit, 0);
                vectors.indexInRange();
            }
            case Term.Fold(var prim, var vector) -> pushFold(prim, vector);
            case Term.Apply(var prim, var args) -> {
                if (type.isVector()) {
                    pushVectorApply(prim, args, part);
                } else {
                    pushScalarApply(prim, args, type);
                }
            }
        }
    }

    private void pushLiteral(Term.Lit lit) {
        switch (lit.type().elem()) {
            case F32 -> mv.visitLdcInsn((float) lit.value());
            case F64 -> mv.visitLdcInsn(lit.value());
            case I64 -> mv.visitLdcInsn(lit.bits());
            case I32, BOOL -> pushInt((int) lit.bits());
            case REF -> mv.visitLdcInsn("");
            case B4, H2 -> throw unsupported("a constant of bytes or halves");
        }
    }

    void pushInt(int value) {
        Instructions.pushInt(mv, value);
    }

    private void addConstant(int value) {
        if (value != 0) {
            pushInt(value);
            mv.visitInsn(IADD);
        }
    }

    // ---- memory

    private void pushLoad(Term.Load load, int part) {
        var buffer = kernel.buffer(load.buffer());
        if (load.type().isVector()) {
            vectors.load(this, weights, buffer, load, part);
            return;
        }
        var storage = buffer.storage();
        Label end = null;
        if (load.mask() != null) {
            var zero = new Label();
            end = new Label();
            push(load.mask(), 0);
            mv.visitJumpInsn(IFNE, zero);
            pushLiteral(new Term.Lit(0, 0, load.type()));
            mv.visitJumpInsn(GOTO, end);
            mv.visitLabel(zero);
        }
        if (buffer.isWeight()) {
            weights.pushElement(storage, () -> push(load.index(), 0));
        } else {
            mv.visitVarInsn(ALOAD, local(buffer.name()));
            push(load.index(), 0);
            mv.visitInsn(Instructions.arrayLoad(storage));
        }
        Instructions.decode(mv, storage);
        Instructions.convert(mv, storage.natural(), load.type().elem());
        if (end != null) {
            mv.visitLabel(end);
        }
    }

    private void pushConvert(Term value, Elem to, int part) {
        var from = types.of(value);
        if (from.isVector()) {
            pushReceiver(value, part);
            vectors.convert(from.elem(), to);
        } else {
            push(value, 0);
            Instructions.convert(mv, from.elem(), to);
        }
    }

    private void pushBits(Term value, Elem to, int part) {
        var from = types.of(value);
        pushReceiver(value, part);
        if (from.isVector()) {
            vectors.bits(from.elem(), to);
        } else {
            Instructions.bits(mv, to);
        }
    }

    /** The fixed tree: halves are combined as whole machine vectors while there are several, then lane by lane. */
    private void pushFold(Prim prim, Term vector) {
        var type = types.of(vector);
        pushPartTree(prim, vector, type, 0, 1);
        int local = newLocal(1);
        mv.visitVarInsn(ASTORE, local);
        if (type.elem() != Elem.F32) {
            pushLaneTree(prim, type.elem(), local, 0, 1);
            return;
        }
        for (int distance = vectors.lanes() / 2; distance > 0; distance /= 2) {
            mv.visitVarInsn(ALOAD, local);
            mv.visitVarInsn(ALOAD, local);
            vectors.turn(distance);
            vectors.binary(prim, Elem.F32);
            mv.visitVarInsn(ASTORE, local);
        }
        mv.visitVarInsn(ALOAD, local);
        vectors.lane(Elem.F32, 0);
    }

    /** What part {@code part} holds once {@code width} parts are left. */
    private void pushPartTree(Prim prim, Term vector, VType type, int part, int width) {
        if (width == parts(type)) {
            pushReceiver(vector, part);
            return;
        }
        pushPartTree(prim, vector, type, part, 2 * width);
        pushPartTree(prim, vector, type, part + width, 2 * width);
        vectors.binary(prim, type.elem());
    }

    /** What lane {@code lane} holds once {@code width} lanes are left. */
    private void pushLaneTree(Prim prim, Elem elem, int local, int lane, int width) {
        if (width == vectors.lanes()) {
            mv.visitVarInsn(ALOAD, local);
            vectors.lane(elem, lane);
            return;
        }
        pushLaneTree(prim, elem, local, lane, 2 * width);
        pushLaneTree(prim, elem, local, lane + width, 2 * width);
        scalarBinary(prim, elem);
    }

    // ---- primitives

    private void pushVectorApply(Prim prim, List<Term> args, int part) {
        var elem = types.of(args.getLast()).elem();
        switch (prim) {
            case SELECT -> {
                if (elem == Elem.BOOL) {
                    pushMaskSelect(args, part);
                    return;
                }
                var turned = !isProven(args.get(2)) && isProven(args.get(1));
                pushReceiver(args.get(turned ? 1 : 2), part);
                push(args.get(turned ? 2 : 1), part);
                push(args.get(0), part);
                if (turned) {
                    vectors.apply(Prim.NOT, Elem.BOOL, false);
                }
                vectors.blend(elem);
            }
            case AT_LEAST -> pushBound(Prim.LE, args.get(0), args.get(1), args, part);
            case AT_MOST -> pushBound(Prim.LT, args.get(1), args.get(0), args, part);
            case SHL, SHR, USHR -> {
                pushReceiver(args.get(0), part);
                if (args.get(1) instanceof Term.Lit lit) {
                    pushInt((int) lit.bits());
                } else {
                    push(args.get(1), 0);
                }
                vectors.shift(prim);
            }
            default -> {
                var turned = args.size() > 1 && !isProven(args.get(0)) && isProven(args.get(1))
                        && VectorCode.canTurn(prim);
                pushReceiver(args.get(turned ? 1 : 0), part);
                for (int i = 1; i < args.size(); i++) {
                    push(args.get(turned && i == 1 ? 0 : i), part);
                }
                vectors.apply(prim, elem, turned);
            }
        }
    }

    /** The bound where it is passed, else the value, NaN too; the comparison tells zeros apart as Java does. */
    private void pushBound(Prim passed, Term low, Term high, List<Term> args, int part) {
        pushVectorApply(Prim.SELECT, List.of(Term.of(passed, low, high), args.get(1), args.get(0)), part);
    }

    /** Masks have no blend: (yes and condition) or (no and not condition). */
    private void pushMaskSelect(List<Term> args, int part) {
        push(args.get(1), part);
        push(args.get(0), part);
        vectors.masks("and");
        push(args.get(2), part);
        push(args.get(0), part);
        vectors.masks("andNot");
        vectors.masks("or");
    }

    private void pushScalarApply(Prim prim, List<Term> args, VType type) {
        if (prim == Prim.SELECT) {
            var otherwise = new Label();
            var end = new Label();
            push(args.get(0), 0);
            mv.visitJumpInsn(IFEQ, otherwise);
            push(args.get(1), 0);
            mv.visitJumpInsn(GOTO, end);
            mv.visitLabel(otherwise);
            push(args.get(2), 0);
            mv.visitLabel(end);
            return;
        }
        if (prim == Prim.WITHIN) {
            push(args.get(0), 0);
            weights.checkWithin(((Term.Lit) args.get(1)).bits());
            return;
        }
        if (prim == Prim.PACK) {
            push(args.getFirst(), 0);
            vectors.pack();
            return;
        }
        var method = ScalarMethods.of(prim, type.elem());
        if (method != null) {
            for (var arg : args) {
                push(arg, 0);
                Instructions.convert(mv, type.elem(), method.elem());
            }
            method.call(mv, args.size());
            Instructions.convert(mv, method.elem(), type.elem());
            return;
        }
        for (var arg : args) {
            push(arg, 0);
        }
        scalarBinary(prim, types.of(args.getFirst()).elem());
    }

    private void scalarBinary(Prim prim, Elem elem) {
        char d = elem == Elem.REF ? ' ' : Instructions.descriptor(elem);
        switch (prim) {
            case MIN, MAX -> mv.visitMethodInsn(INVOKESTATIC, MATH, prim.label(), "(" + d + d + ")" + d, false);
            case ABS -> mv.visitMethodInsn(INVOKESTATIC, MATH, "abs", "(" + d + ")" + d, false);
            case FMA -> mv.visitMethodInsn(INVOKESTATIC, MATH, "fma", "(" + d + d + d + ")" + d, false);
            case SQRT -> {
                Instructions.convert(mv, elem, Elem.F64);
                mv.visitMethodInsn(INVOKESTATIC, MATH, "sqrt", "(D)D", false);
                Instructions.convert(mv, Elem.F64, elem);
            }
            case NOT -> {
                pushInt(1);
                mv.visitInsn(IXOR);
            }
            case EQ, LT, LE -> Instructions.compare(mv, prim, elem);
            default -> mv.visitInsn(Instructions.arithmetic(prim, elem));
        }
    }
}
