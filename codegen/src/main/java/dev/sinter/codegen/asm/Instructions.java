package dev.sinter.codegen.asm;

import dev.sinter.codegen.loop.Buffer.Storage;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Prim;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Short instruction sequences for scalars. */
final class Instructions implements Opcodes {
    private static final String SMALL_FLOATS = "dev/sinter/runtime/SmallFloats";

    private Instructions() {
    }

    static void pushInt(MethodVisitor mv, int value) {
        if (value >= -1 && value <= 5) {
            mv.visitInsn(ICONST_0 + value);
        } else if (value == (byte) value) {
            mv.visitIntInsn(BIPUSH, value);
        } else if (value == (short) value) {
            mv.visitIntInsn(SIPUSH, value);
        } else {
            mv.visitLdcInsn(value);
        }
    }

    static char descriptor(Elem elem) {
        return switch (elem) {
            case F32 -> 'F';
            case F64 -> 'D';
            case I32, BOOL -> 'I';
            case I64 -> 'J';
            case REF, B4, H2 -> throw new IllegalArgumentException(elem + " is no number");
        };
    }

    /** The instruction that loads what an array holds, before it is decoded. */
    static int arrayLoad(Storage storage) {
        return switch (storage) {
            case F32 -> FALOAD;
            case F64 -> DALOAD;
            case I64 -> LALOAD;
            case I32, U32 -> IALOAD;
            case I16, U16, F16, BF16 -> SALOAD;
            case I8, U8, BOOL, F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 -> BALOAD;
            case STRING -> AALOAD;
        };
    }

    /** After a load: what lies in memory becomes the storage's natural element. */
    static void decode(MethodVisitor mv, Storage storage) {
        switch (storage) {
            case F32, F64, I64, I32, I16, I8, BOOL, STRING -> {
            }
            case U8, U16 -> {
                pushInt(mv, storage == Storage.U8 ? 0xff : 0xffff);
                mv.visitInsn(IAND);
            }
            case U32 -> {
                mv.visitInsn(I2L);
                mv.visitLdcInsn(0xFFFFFFFFL);
                mv.visitInsn(LAND);
            }
            case F16 -> mv.visitMethodInsn(INVOKESTATIC, "java/lang/Float", "float16ToFloat", "(S)F", false);
            case BF16, F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 ->
                    mv.visitMethodInsn(INVOKESTATIC, SMALL_FLOATS, "of" + storage.name(), "(I)F", false);
        }
    }

    /** Array, index and value on the stack: the value becomes what lies in memory and is stored. */
    static void arrayStore(MethodVisitor mv, Storage storage, Elem elem) {
        switch (storage) {
            case F32, F64, I64, I32 -> {
                convert(mv, elem, storage.natural());
                mv.visitInsn(FASTORE - FALOAD + arrayLoad(storage));
            }
            case STRING -> mv.visitInsn(AASTORE);
            case U32 -> {
                if (elem != Elem.I32) {
                    convert(mv, elem, Elem.I64);
                    mv.visitInsn(L2I);
                }
                mv.visitInsn(IASTORE);
            }
            case I16, U16 -> {
                convert(mv, elem, Elem.I32);
                mv.visitInsn(I2S);
                mv.visitInsn(SASTORE);
            }
            case I8, U8, BOOL -> {
                convert(mv, elem, storage == Storage.BOOL ? Elem.BOOL : Elem.I32);
                mv.visitInsn(I2B);
                mv.visitInsn(BASTORE);
            }
            case F16, BF16, F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 -> {
                convert(mv, elem, Elem.F32);
                mv.visitMethodInsn(INVOKESTATIC, SMALL_FLOATS, "to" + storage.name(), "(F)I", false);
                mv.visitInsn(storage.bytes() == 2 ? I2S : I2B);
                mv.visitInsn(storage.bytes() == 2 ? SASTORE : BASTORE);
            }
        }
    }

    /** The scalar on the stack as the type of the same width with the same bits. */
    static void bits(MethodVisitor mv, Elem to) {
        switch (to) {
            case I32 -> mv.visitMethodInsn(INVOKESTATIC, "java/lang/Float", "floatToRawIntBits", "(F)I", false);
            case F32 -> mv.visitMethodInsn(INVOKESTATIC, "java/lang/Float", "intBitsToFloat", "(I)F", false);
            case I64 -> mv.visitMethodInsn(INVOKESTATIC, "java/lang/Double", "doubleToRawLongBits", "(D)J", false);
            case F64 -> mv.visitMethodInsn(INVOKESTATIC, "java/lang/Double", "longBitsToDouble", "(J)D", false);
            case BOOL, REF, B4, H2 -> throw new IllegalArgumentException("no bits become " + to);
        }
    }

    /** Converts the scalar on the stack as Java does. */
    static void convert(MethodVisitor mv, Elem from, Elem to) {
        if (from == to || from == Elem.BOOL && to == Elem.I32) {
            return;
        }
        if (to == Elem.BOOL) {
            pushZero(mv, from);
            compare(mv, Prim.EQ, from);
            pushInt(mv, 1);
            mv.visitInsn(IXOR);
            return;
        }
        int opcode = switch (from) {
            case F32 -> to == Elem.F64 ? F2D : to == Elem.I32 ? F2I : F2L;
            case F64 -> to == Elem.F32 ? D2F : to == Elem.I32 ? D2I : D2L;
            case I32, BOOL -> to == Elem.F32 ? I2F : to == Elem.F64 ? I2D : I2L;
            case I64 -> to == Elem.F32 ? L2F : to == Elem.F64 ? L2D : L2I;
            case REF, B4, H2 -> throw new IllegalArgumentException(from + " becomes no " + to);
        };
        mv.visitInsn(opcode);
    }

    private static void pushZero(MethodVisitor mv, Elem elem) {
        mv.visitInsn(switch (elem) {
            case F32 -> FCONST_0;
            case F64 -> DCONST_0;
            case I64 -> LCONST_0;
            case I32, BOOL -> ICONST_0;
            case REF, B4, H2 -> ACONST_NULL;
        });
    }

    /** Two operands on the stack become 1 or 0; NaN compares false. */
    static void compare(MethodVisitor mv, Prim prim, Elem elem) {
        if (elem == Elem.REF && prim == Prim.EQ) {
            mv.visitMethodInsn(INVOKEVIRTUAL, "java/lang/String", "equals", "(Ljava/lang/Object;)Z", false);
            return;
        }
        var yes = new Label();
        var end = new Label();
        boolean direct = elem == Elem.I32 || elem == Elem.BOOL;
        if (!direct) {
            mv.visitInsn(elem == Elem.I64 ? LCMP : elem == Elem.F32 ? FCMPG : DCMPG);
        }
        mv.visitJumpInsn(switch (prim) {
            case EQ -> direct ? IF_ICMPEQ : IFEQ;
            case LT -> direct ? IF_ICMPLT : IFLT;
            case LE -> direct ? IF_ICMPLE : IFLE;
            default -> throw new IllegalArgumentException(prim + " is no comparison");
        }, yes);
        mv.visitInsn(ICONST_0);
        mv.visitJumpInsn(GOTO, end);
        mv.visitLabel(yes);
        mv.visitInsn(ICONST_1);
        mv.visitLabel(end);
    }

    /** The instruction of a primitive that is one. */
    static int arithmetic(Prim prim, Elem elem) {
        int family = switch (elem) {
            case I32, BOOL -> 0;
            case I64 -> 1;
            case F32 -> 2;
            case F64 -> 3;
            case REF, B4, H2 -> throw new IllegalArgumentException("no " + prim + " of " + elem);
        };
        return family + switch (prim) {
            case ADD -> IADD;
            case SUB -> ISUB;
            case MUL -> IMUL;
            case DIV -> IDIV;
            case REM -> IREM;
            case NEG -> INEG;
            case SHL -> ISHL;
            case SHR -> ISHR;
            case USHR -> IUSHR;
            case AND -> IAND;
            case OR -> IOR;
            case XOR -> IXOR;
            default -> throw new IllegalArgumentException(prim + " is no single instruction");
        };
    }

    /** Jumps by an int local to one of a few cases; the code goes on behind them. */
    static void dispatch(MethodVisitor mv, int local, int count, IntConsumer body) {
        var end = new Label();
        var labels = new Label[count];
        Arrays.setAll(labels, i -> new Label());
        if (count > 0) {
            mv.visitVarInsn(ILOAD, local);
            mv.visitTableSwitchInsn(0, count - 1, end, labels);
        }
        for (int i = 0; i < count; i++) {
            mv.visitLabel(labels[i]);
            body.accept(i);
            mv.visitJumpInsn(GOTO, end);
        }
        mv.visitLabel(end);
    }
}
