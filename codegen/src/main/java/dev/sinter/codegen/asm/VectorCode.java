package dev.sinter.codegen.asm;

import dev.sinter.codegen.loop.Buffer;
import dev.sinter.codegen.loop.Buffer.Storage;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.runtime.Form;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Calls of the Vector API for one machine width, counted, since HotSpot's first compiler gives up on too many. */
final class VectorCode implements Opcodes {
    private static final String PKG = "jdk/incubator/vector/";
    private static final String VECTOR = "L" + PKG + "Vector;";
    private static final String SPECIES = "L" + PKG + "VectorSpecies;";
    private static final String MASK = "L" + PKG + "VectorMask;";
    private static final String BYTES = PKG + "ByteVector";
    private static final String OPERATORS = PKG + "VectorOperators";

    private final MethodVisitor mv;
    private final Form form;
    private final String owner;
    private int count;

    VectorCode(MethodVisitor mv, Form form, String owner) {
        this.mv = mv;
        this.form = form;
        this.owner = owner;
    }

    int lanes() {
        return Math.max(1, form.bits() / 32);
    }

    int count() {
        return count;
    }

    private static String owner(Elem elem) {
        return switch (elem) {
            case F32 -> PKG + "FloatVector";
            case B4 -> BYTES;
            case H2 -> PKG + "ShortVector";
            default -> PKG + "IntVector";
        };
    }

    private static String type(Elem elem) {
        return "L" + owner(elem) + ";";
    }

    void pushSpecies(Elem elem) {
        pushSpecies(owner(elem), form.bits());
    }

    private void pushSpecies(String owner, int bits) {
        mv.visitFieldInsn(GETSTATIC, owner, "SPECIES_" + bits, SPECIES);
    }

    private void call(int opcode, String owner, String name, String descriptor) {
        count++;
        mv.visitMethodInsn(opcode, owner, name, descriptor, opcode == INVOKEINTERFACE);
    }

    /** Scalar on the stack to all lanes. */
    void broadcast(Elem elem) {
        // the species goes below the scalar: both are one slot
        pushSpecies(elem == Elem.BOOL ? Elem.F32 : elem);
        mv.visitInsn(SWAP);
        if (elem == Elem.BOOL) {
            call(INVOKEINTERFACE, PKG + "VectorSpecies", "maskAll", "(Z)" + MASK);
        } else {
            call(INVOKESTATIC, owner(elem), "broadcast", "(" + SPECIES + primitive(elem) + ")" + type(elem));
        }
    }

    private static char primitive(Elem elem) {
        return elem == Elem.F32 ? 'F' : 'I';
    }

    /** Species, first and limit on the stack to a mask. */
    void indexInRange() {
        call(INVOKEINTERFACE, PKG + "VectorSpecies", "indexInRange", "(II)" + MASK);
    }

    void load(TermEmitter terms, WeightCode weights, Buffer buffer, Term.Load load, int part) {
        var storage = buffer.storage();
        var elem = load.type().elem();
        if (!storage.isVectorizable()) {
            throw terms.unsupported("vectors can't be loaded from " + buffer);
        }
        if (storage.bytes() == 1) {
            loadBytes(terms, weights, buffer, load, part);
            return;
        }
        var memory = switch (storage) {
            case F32 -> Elem.F32;
            case I32 -> Elem.I32;
            default -> throw terms.unsupported("vectors can't be loaded from " + buffer);
        };
        access(terms, weights, buffer, load.index(), load.mask(), owner(memory), form.bits(), part * lanes(), part);
        convert(memory, elem);
    }

    private void access(TermEmitter terms, WeightCode weights, Buffer buffer, Term index, @Nullable Term mask,
            String owner,
            int bits, int extra, int maskPart) {
        pushSpecies(owner, bits);
        if (buffer.isWeight()) {
            weights.pushSegment();
            terms.push(index, 0);
            weights.scale(buffer.storage(), (long) extra * buffer.storage().bytes());
            mv.visitFieldInsn(GETSTATIC, "java/nio/ByteOrder", "LITTLE_ENDIAN", "Ljava/nio/ByteOrder;");
        } else {
            mv.visitVarInsn(ALOAD, terms.local(buffer.name()));
            terms.push(index, 0);
            if (extra != 0) {
                Instructions.pushInt(mv, extra);
                mv.visitInsn(IADD);
            }
        }
        if (mask != null) {
            terms.push(mask, maskPart);
            castMask(owner, bits);
        }
        call(INVOKESTATIC, owner, buffer.isWeight() ? "fromMemorySegment" : "fromArray",
                "(" + SPECIES
                        + (buffer.isWeight() ? "L" + WeightCode.SEGMENT + ";JLjava/nio/ByteOrder;"
                                : buffer.storage().descriptor() + "I")
                        + (mask != null ? MASK : "") + ")L" + owner + ";");
    }

    private void castMask(String owner, int bits) {
        if (!owner.endsWith("FloatVector")) {
            pushSpecies(owner, bits);
            call(INVOKEVIRTUAL, PKG + "VectorMask", "cast", "(" + SPECIES + ")" + MASK);
        }
    }

    /** Bytes widen to 32-bit lanes: as many as a machine vector holds come from one load of 64 or 128 bits. */
    private void loadBytes(TermEmitter terms, WeightCode weights, Buffer buffer, Term.Load load, int part) {
        if (load.mask() != null) {
            throw terms.unsupported("a vector of bytes is loaded whole, not under a mask, from " + buffer);
        }
        int perLoad = bytes();
        int perPart = lanes();
        int first = part * perPart / perLoad * perLoad;
        access(terms, weights, buffer, load.index(), null, BYTES, perLoad * 8, first, part);
        boolean direct = buffer.storage() == Storage.I8 && load.type().elem() == Elem.F32;
        var between = direct ? Elem.F32 : Elem.I32;
        var conversion = direct ? "B2F" : buffer.storage() == Storage.I8 ? "B2I" : "ZERO_EXTEND_B2I";
        mv.visitFieldInsn(GETSTATIC, OPERATORS, conversion, "L" + OPERATORS + "$Conversion;");
        pushSpecies(between);
        Instructions.pushInt(mv, (part * perPart - first) / perPart);
        call(INVOKEVIRTUAL, BYTES, "convertShape",
                "(L" + OPERATORS + "$Conversion;" + SPECIES + "I)" + VECTOR);
        mv.visitTypeInsn(CHECKCAST, owner(between));
        convert(between, load.type().elem());
    }

    // ---- bytes

    /** Bytes that are loaded or stored at once: there are no vectors of fewer than eight. */
    private int bytes() {
        return Math.max(8, lanes());
    }

    /** How many machine vectors of 32-bit lanes become one of bytes. */
    int partsOfBytes() {
        return bytes() / lanes();
    }

    /** Vector of i32 on the stack to a part of one of bytes; from the second part on, put into the one before it. */
    void toBytes(int part) {
        mv.visitFieldInsn(GETSTATIC, OPERATORS, "I2B", "L" + OPERATORS + "$Conversion;");
        pushSpecies(BYTES, bytes() * 8);
        Instructions.pushInt(mv, -part);
        call(INVOKEVIRTUAL, owner(Elem.I32), "convertShape",
                "(L" + OPERATORS + "$Conversion;" + SPECIES + "I)" + VECTOR);
        mv.visitTypeInsn(CHECKCAST, BYTES);
        if (part > 0) {
            mv.visitFieldInsn(GETSTATIC, OPERATORS, "OR", "L" + OPERATORS + "$Associative;");
            mv.visitInsn(SWAP);
            call(INVOKEVIRTUAL, BYTES, "lanewise", "(L" + OPERATORS + "$Binary;" + VECTOR + ")L" + BYTES + ";");
        }
    }

    /** Vector of bytes, array and index on the stack. */
    void storeBytes() {
        call(INVOKEVIRTUAL, BYTES, "intoArray", "([BI)V");
    }

    /** Vector on the stack to the buffer; called with everything else pushed by the caller. */
    void storeArray(Elem elem, boolean masked) {
        call(INVOKEVIRTUAL, owner(elem), "intoArray",
                "(" + (elem == Elem.F32 ? "[F" : "[I") + "I" + (masked ? MASK : "") + ")V");
    }

    void castMaskFor(Elem elem) {
        castMask(owner(elem), form.bits());
    }

    void convert(Elem from, Elem to) {
        if (from == to) {
            return;
        }
        if (from == Elem.BOOL) {
            numbersOfMask(to);
        } else if (to == Elem.BOOL) {
            mv.visitFieldInsn(GETSTATIC, OPERATORS, "NE", "L" + OPERATORS + "$Comparison;");
            mv.visitInsn(from == Elem.F32 ? FCONST_0 : ICONST_0);
            call(INVOKEVIRTUAL, owner(from), "compare",
                    "(L" + OPERATORS + "$Comparison;" + primitive(from) + ")" + MASK);
            maskForFloats(from);
        } else {
            mv.visitFieldInsn(GETSTATIC, OPERATORS, from == Elem.F32 ? "F2I" : "I2F", "L" + OPERATORS + "$Conversion;");
            pushSpecies(to);
            mv.visitInsn(ICONST_0);
            call(INVOKEVIRTUAL, owner(from), "convertShape",
                    "(L" + OPERATORS + "$Conversion;" + SPECIES + "I)" + VECTOR);
            mv.visitTypeInsn(CHECKCAST, owner(to));
        }
    }

    /** Mask on the stack to ones and zeros. */
    private void numbersOfMask(Elem to) {
        castMaskFor(to);
        mv.visitInsn(to == Elem.F32 ? FCONST_0 : ICONST_0);
        broadcast(to);
        mv.visitInsn(SWAP);
        mv.visitInsn(to == Elem.F32 ? FCONST_1 : ICONST_1);
        mv.visitInsn(SWAP);
        call(INVOKEVIRTUAL, owner(to), "blend", "(" + primitive(to) + MASK + ")" + type(to));
    }

    /** All masks are kept as those of floats. */
    private void maskForFloats(Elem of) {
        if (of != Elem.F32) {
            pushSpecies(Elem.F32);
            call(INVOKEVIRTUAL, PKG + "VectorMask", "cast", "(" + SPECIES + ")" + MASK);
        }
    }

    void bits(Elem from, Elem to) {
        var name = switch (to) {
            case F32 -> "reinterpretAsFloats";
            case B4 -> "reinterpretAsBytes";
            case H2 -> "reinterpretAsShorts";
            default -> "reinterpretAsInts";
        };
        call(INVOKEVIRTUAL, owner(from), name, "()" + type(to));
    }

    /** Vector of f32 on the stack to the same with lane l + distance in lane l. */
    void turn(int distance) {
        mv.visitFieldInsn(GETSTATIC, owner, Shuffles.field(distance), Shuffles.SHUFFLE);
        call(INVOKEVIRTUAL, owner(Elem.F32), "rearrange", "(" + Shuffles.SHUFFLE + ")" + type(Elem.F32));
    }

    void lane(Elem elem, int lane) {
        Instructions.pushInt(mv, lane);
        call(INVOKEVIRTUAL, owner(elem), "lane", elem == Elem.F32 ? "(I)F" : "(I)I");
    }

    /** Stack: value where false, value where true, mask. */
    void blend(Elem elem) {
        castMaskFor(elem);
        call(INVOKEVIRTUAL, owner(elem), "blend", "(" + VECTOR + MASK + ")" + type(elem));
    }

    void shift(Prim prim) {
        mv.visitFieldInsn(GETSTATIC, OPERATORS, switch (prim) {
            case SHL -> "LSHL";
            case SHR -> "ASHR";
            default -> "LSHR";
        }, "L" + OPERATORS + "$Binary;");
        mv.visitInsn(SWAP);
        call(INVOKEVIRTUAL, owner(Elem.I32), "lanewise", "(L" + OPERATORS + "$Binary;I)" + type(Elem.I32));
    }

    void binary(Prim prim, Elem elem) {
        call(INVOKEVIRTUAL, owner(elem), prim.label(), "(" + VECTOR + ")" + type(elem));
    }

    /** Vector on the stack to an equal one of which HotSpot knows the class: what is added to -0 is itself, zeros' signs too. */
    void prove(Elem elem) {
        if (elem == Elem.F32) {
            mv.visitLdcInsn(-0f);
        } else {
            mv.visitInsn(ICONST_0);
        }
        broadcast(elem);
        mv.visitInsn(SWAP);
        binary(Prim.ADD, elem);
    }

    /** Whether the first two operands may change places, where comparisons are turned about. */
    static boolean canTurn(Prim prim) {
        return switch (prim) {
            case ADD, MUL, MIN, MAX, FMA, AND, OR, XOR, EQ, LT, LE -> true;
            default -> false;
        };
    }

    /** Operands on the stack, in order, or where {@code turned} the second before the first. */
    void apply(Prim prim, Elem elem, boolean turned) {
        switch (prim) {
            case ADD, SUB, MUL, DIV, MIN, MAX -> binary(prim, elem);
            case FMA -> call(INVOKEVIRTUAL, owner(elem), "fma", "(" + VECTOR + VECTOR + ")" + type(elem));
            case NEG, ABS, SQRT -> call(INVOKEVIRTUAL, owner(elem), prim.label(), "()" + type(elem));
            case AND, OR, XOR -> logic(prim, elem);
            case NOT -> call(INVOKEVIRTUAL, PKG + "VectorMask", "not", "()" + MASK);
            case LOOKUP -> call(INVOKEVIRTUAL, owner(elem), "selectFrom", "(" + VECTOR + VECTOR + ")" + type(elem));
            case PICK -> call(INVOKEVIRTUAL, BYTES, "selectFrom", "(" + VECTOR + ")" + type(Elem.B4));
            case EQ, LT, LE -> {
                if (elem == Elem.BOOL) {
                    call(INVOKEVIRTUAL, PKG + "VectorMask", "eq", "(" + MASK + ")" + MASK);
                    return;
                }
                var comparison = prim == Prim.EQ || !turned ? prim.name() : prim == Prim.LT ? "GT" : "GE";
                mv.visitFieldInsn(GETSTATIC, OPERATORS, comparison, "L" + OPERATORS + "$Comparison;");
                mv.visitInsn(SWAP);
                call(INVOKEVIRTUAL, owner(elem), "compare", "(L" + OPERATORS + "$Comparison;" + VECTOR + ")" + MASK);
                maskForFloats(elem);
            }
            default -> throw new IllegalArgumentException(prim + " has no vector form");
        }
    }

    /** Mask on the stack to an i32 of its lanes. */
    void pack() {
        call(INVOKEVIRTUAL, PKG + "VectorMask", "toLong", "()J");
        mv.visitInsn(L2I);
    }

    /** Two masks on the stack; {@code operation} is and, or, xor, andNot. */
    void masks(String operation) {
        call(INVOKEVIRTUAL, PKG + "VectorMask", operation, "(" + MASK + ")" + MASK);
    }

    private void logic(Prim prim, Elem elem) {
        if (elem == Elem.BOOL) {
            masks(prim.label());
            return;
        }
        mv.visitFieldInsn(GETSTATIC, OPERATORS, prim.name(), "L" + OPERATORS + "$Associative;");
        mv.visitInsn(SWAP);
        call(INVOKEVIRTUAL, owner(elem), "lanewise", "(L" + OPERATORS + "$Binary;" + VECTOR + ")" + type(elem));
    }
}
