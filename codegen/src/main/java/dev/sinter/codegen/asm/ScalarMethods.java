package dev.sinter.codegen.asm;

import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Prim;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * A static method that a primitive on scalars is.
 *
 * @param owner
 *            its class
 * @param name
 *            its name
 * @param elem
 *            type of its parameters and its result
 */
record ScalarMethods(String owner, String name, Elem elem) {
    private static final String STRICT = "java/lang/StrictMath";
    private static final String FUNCTIONS = "dev/sinter/runtime/Functions";
    private static final String SMALL_FLOATS = "dev/sinter/runtime/SmallFloats";

    /** The method of a primitive on elements of a type; null where it is instructions. */
    static @Nullable ScalarMethods of(Prim prim, Elem elem) {
        boolean integer = elem == Elem.I32 || elem == Elem.I64;
        return switch (prim) {
            case AT_LEAST -> new ScalarMethods("java/lang/Math", "max", elem);
            case AT_MOST -> new ScalarMethods("java/lang/Math", "min", elem);
            case FLOOR, CEIL, RINT, EXP, LOG, SIN, COS, TANH, TAN, ASIN, ACOS, ATAN, SINH, COSH ->
                    new ScalarMethods(STRICT, prim.label(), Elem.F64);
            case POW -> integer ? new ScalarMethods(FUNCTIONS, "power", Elem.I64)
                    : new ScalarMethods(FUNCTIONS, "pow", Elem.F64);
            case UPOW -> new ScalarMethods(FUNCTIONS, "unsignedPower", Elem.I64);
            case UDIV -> new ScalarMethods("java/lang/Long", "divideUnsigned", Elem.I64);
            case UREM -> new ScalarMethods("java/lang/Long", "remainderUnsigned", Elem.I64);
            case ASINH, ACOSH, ATANH, ERF, ERFC -> new ScalarMethods(FUNCTIONS, prim.label(), Elem.F64);
            case ROUND_F16, ROUND_BF16 -> new ScalarMethods(SMALL_FLOATS, "round" + prim.name().substring(6),
                    elem == Elem.F32 ? Elem.F32 : Elem.F64);
            case ADD_TO_ODD -> new ScalarMethods(FUNCTIONS, "addToOdd", Elem.F64);
            default -> {
                int at = prim.name().indexOf('_');
                yield at < 0 ? null
                        : new ScalarMethods(SMALL_FLOATS,
                                prim.name().substring(0, at).toLowerCase(Locale.ROOT) + prim.name().substring(at + 1),
                                Elem.F64);
            }
        };
    }

    /** Emits the call; the operands are on the stack. */
    void call(MethodVisitor mv, int operands) {
        var type = String.valueOf(Instructions.descriptor(elem));
        mv.visitMethodInsn(Opcodes.INVOKESTATIC, owner, name, "(" + type.repeat(operands) + ")" + type, false);
    }
}
