package dev.sinter.codegen.asm;

import dev.sinter.codegen.loop.Buffer.Storage;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Prim;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Short instruction sequences for scalars. */
final class Instructions implements Opcodes {
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
        };
    }

    /** After a load of an unsigned element: clears the copies of its sign. */
    static void zeroExtend(MethodVisitor mv, Storage storage) {
        if (storage == Storage.U8 || storage == Storage.U16) {
            pushInt(mv, storage == Storage.U8 ? 0xff : 0xffff);
            mv.visitInsn(IAND);
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
        };
        mv.visitInsn(opcode);
    }

    private static void pushZero(MethodVisitor mv, Elem elem) {
        mv.visitInsn(switch (elem) {
            case F32 -> FCONST_0;
            case F64 -> DCONST_0;
            case I64 -> LCONST_0;
            case I32, BOOL -> ICONST_0;
        });
    }

    /** Two operands on the stack become 1 or 0; NaN compares false. */
    static void compare(MethodVisitor mv, Prim prim, Elem elem) {
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
}
