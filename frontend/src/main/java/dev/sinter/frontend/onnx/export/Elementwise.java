package dev.sinter.frontend.onnx.export;

import static dev.sinter.ir.DType.BOOL;
import static dev.sinter.ir.DType.F16;
import static dev.sinter.ir.DType.F32;
import static dev.sinter.ir.DType.F64;
import static dev.sinter.ir.DType.I16;
import static dev.sinter.ir.DType.I32;
import static dev.sinter.ir.DType.I64;
import static dev.sinter.ir.DType.I8;
import static dev.sinter.ir.DType.STRING;
import static dev.sinter.ir.DType.U16;
import static dev.sinter.ir.DType.U32;
import static dev.sinter.ir.DType.U64;
import static dev.sinter.ir.DType.U8;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.OnnxTypes;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.Fn;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Scalar functions as elementwise operators. The table says which operator a function is, and for which types ONNX
 * Runtime has it; for other types it is computed in a wider one and converted back, which gives the same bits for
 * integers, whose results wrap.
 *
 * @see <a href="https://github.com/microsoft/onnxruntime/blob/main/docs/OperatorKernels.md">Types of ONNX Runtime's
 *      kernels</a>
 */
final class Elementwise {
    private static final Set<DType> REAL = EnumSet.of(F32, F64, F16);
    private static final Set<DType> SINGLE = EnumSet.of(F32, F16);
    private static final Set<DType> SIGNED = EnumSet.of(F32, F64, F16, I8, I16, I32, I64);
    private static final Set<DType> NUMBERS = EnumSet.of(F32, F64, F16, I8, I16, I32, I64, U8, U16, U32, U64);
    private static final Set<DType> INTEGERS = EnumSet.of(I8, I16, I32, I64, U8, U16, U32, U64);
    private static final Set<DType> EXTREMES = EnumSet.of(F32, F64, F16, I8, I32, I64, U8, U32, U64);
    private static final Set<DType> POWERS = EnumSet.of(F32, F64, I32, I64);
    private static final Set<DType> COMPARED =
            EnumSet.of(F32, F64, F16, I8, I16, I32, I64, U8, U16, U32, U64, BOOL, STRING);
    private static final Set<DType> CHOSEN = EnumSet.of(F32, F64, F16, I32, I64, U8, STRING);

    /** An operator and the types of operands it takes as they are. */
    private record Kernel(String operator, Set<DType> types, AttributeProto... attributes) {
    }

    private static final Map<Fn, Kernel> KERNELS = kernels();
    private static final Map<Fn, String> LOGICAL =
            Map.of(Fn.AND, "And", Fn.OR, "Or", Fn.XOR, "Xor", Fn.NOT, "Not", Fn.MIN, "And", Fn.MAX, "Or");

    private Elementwise() {
    }

    private static Map<Fn, Kernel> kernels() {
        var all = new EnumMap<Fn, Kernel>(Fn.class);
        all.put(Fn.ADD, new Kernel("Add", NUMBERS));
        all.put(Fn.SUB, new Kernel("Sub", NUMBERS));
        all.put(Fn.MUL, new Kernel("Mul", NUMBERS));
        all.put(Fn.DIV, new Kernel("Div", NUMBERS));
        all.put(Fn.POW, new Kernel("Pow", POWERS));
        all.put(Fn.MIN, new Kernel("Min", EXTREMES));
        all.put(Fn.MAX, new Kernel("Max", EXTREMES));
        all.put(Fn.NEG, new Kernel("Neg", SIGNED));
        all.put(Fn.ABS, new Kernel("Abs", NUMBERS));
        all.put(Fn.SIGN, new Kernel("Sign", NUMBERS));
        all.put(Fn.RECIPROCAL, new Kernel("Reciprocal", REAL));
        all.put(Fn.SQRT, new Kernel("Sqrt", REAL));
        all.put(Fn.EXP, new Kernel("Exp", REAL));
        all.put(Fn.LOG, new Kernel("Log", REAL));
        all.put(Fn.ERF, new Kernel("Erf", SINGLE));
        all.put(Fn.TANH, new Kernel("Tanh", REAL));
        all.put(Fn.SIGMOID, new Kernel("Sigmoid", REAL));
        all.put(Fn.GELU, new Kernel("Gelu", SINGLE));
        all.put(Fn.GELU_TANH, new Kernel("Gelu", SINGLE, Attribute.of("approximate", "tanh")));
        all.put(Fn.FLOOR, new Kernel("Floor", REAL));
        all.put(Fn.CEIL, new Kernel("Ceil", REAL));
        all.put(Fn.ROUND, new Kernel("Round", REAL));
        all.put(Fn.SIN, new Kernel("Sin", REAL));
        all.put(Fn.COS, new Kernel("Cos", REAL));
        all.put(Fn.TAN, new Kernel("Tan", SINGLE));
        all.put(Fn.ASIN, new Kernel("Asin", SINGLE));
        all.put(Fn.ACOS, new Kernel("Acos", SINGLE));
        all.put(Fn.ATAN, new Kernel("Atan", SINGLE));
        all.put(Fn.SINH, new Kernel("Sinh", SINGLE));
        all.put(Fn.COSH, new Kernel("Cosh", SINGLE));
        all.put(Fn.ASINH, new Kernel("Asinh", SINGLE));
        all.put(Fn.ACOSH, new Kernel("Acosh", SINGLE));
        all.put(Fn.ATANH, new Kernel("Atanh", SINGLE));
        all.put(Fn.EQ, new Kernel("Equal", COMPARED));
        all.put(Fn.LT, new Kernel("Less", NUMBERS));
        all.put(Fn.LE, new Kernel("LessOrEqual", NUMBERS));
        all.put(Fn.AND, new Kernel("BitwiseAnd", INTEGERS));
        all.put(Fn.OR, new Kernel("BitwiseOr", INTEGERS));
        all.put(Fn.XOR, new Kernel("BitwiseXor", INTEGERS));
        all.put(Fn.NOT, new Kernel("BitwiseNot", INTEGERS));
        all.put(Fn.IS_NAN, new Kernel("IsNaN", REAL));
        return all;
    }

    /**
     * A function of operands.
     *
     * @param site
     *            where
     * @param fn
     *            the function
     * @param type
     *            of the result
     * @param args
     *            its operands
     * @return the result
     */
    static Ref apply(Site site, Fn fn, DType type, List<Ref> args) {
        if (fn.isConversion()) {
            return convert(site, fn, type, args.getFirst());
        }
        var from = args.getLast().dtype();
        if (from == BOOL && LOGICAL.get(fn) instanceof String operator) {
            return site.op(operator, BOOL, new ArrayList<@Nullable Ref>(args));
        }
        return switch (fn) {
            case SELECT -> select(site, args.get(0), args.get(1), args.get(2));
            case FMA -> apply(site, Fn.ADD, type,
                    List.of(apply(site, Fn.MUL, type, args.subList(0, 2)), args.get(2)));
            case MOD -> remainder(site, type, args.get(0), args.get(1));
            case FMOD -> rest(site, type, args.get(0), args.get(1));
            case NEG -> from.kind() == DType.Kind.UNSIGNED
                    ? apply(site, Fn.SUB, type, List.of(site.integer(from, 0), args.getFirst()))
                    : computed(site, fn, type, from, args);
            case SHL, SHR -> Shifts.shift(site, fn, type, args.get(0), args.get(1));
            default -> computed(site, fn, type, from, args);
        };
    }

    private static Ref computed(Site site, Fn fn, DType type, DType from, List<Ref> args) {
        var kernel = KERNELS.get(fn);
        if (kernel == null) {
            throw new Unexportable("no operator computes " + fn.label());
        }
        var in = kernel.types().contains(from) ? from : wider(kernel.types(), from, fn);
        var operands = new ArrayList<@Nullable Ref>();
        args.forEach(a -> operands.add(site.cast(a, in)));
        var made = site.op(kernel.operator(), fn.isPredicate() ? BOOL : in, operands, kernel.attributes());
        return fn.isPredicate() ? made : site.cast(made, type);
    }

    /** A type an operator has in which nothing is lost, or the widest there is. */
    private static DType wider(Set<DType> types, DType from, Fn fn) {
        if (from.isFloat() && types.contains(F32)) {
            return F32;
        }
        if ((from.isInteger() || from == BOOL) && from != U64) {
            if (from.bits() < 32 && types.contains(I32)) {
                return I32;
            }
            if (types.contains(I64)) {
                return I64;
            }
        }
        if (from == U64 && types.contains(I64) && (fn == Fn.POW || fn == Fn.NOT)) {
            return I64; // equal in the low 64 bits
        }
        throw new Unexportable("no operator computes " + fn.label() + " of " + from);
    }

    private static Ref select(Site site, Ref condition, Ref yes, Ref no) {
        var type = yes.dtype();
        if (type == BOOL) {
            var first = site.op("And", BOOL, condition, yes);
            return site.op("Or", BOOL, first, site.op("And", BOOL, site.op("Not", BOOL, condition), no));
        }
        if (CHOSEN.contains(type)) {
            return site.op("Where", type, condition, yes, no);
        }
        var in = type.isFloat() ? F32 : type.isInteger() ? type.bits() < 32 ? I32 : I64 : null;
        if (in == null) {
            throw new Unexportable("no operator chooses between elements of " + type);
        }
        return site.cast(site.op("Where", in, condition, site.cast(yes, in), site.cast(no, in)), type);
    }

    /** With the divisor's sign. */
    private static Ref remainder(Site site, DType type, Ref a, Ref b) {
        if (!type.isFloat()) {
            var in = INTEGERS.contains(type) ? type : I32;
            return site.cast(site.op("Mod", in, site.cast(a, in), site.cast(b, in)), type);
        }
        var rest = rest(site, type, a, b);
        var zero = site.scalar(type, 0);
        var other = apply(site, Fn.XOR, BOOL, List.of(apply(site, Fn.LT, BOOL, List.of(rest, zero)),
                apply(site, Fn.LT, BOOL, List.of(b, zero))));
        var none = apply(site, Fn.EQ, BOOL, List.of(rest, zero));
        var moved = apply(site, Fn.ADD, type, List.of(rest, b));
        var wrong = site.op("And", BOOL, other, site.op("Not", BOOL, none));
        return select(site, wrong, moved, rest);
    }

    /** With the dividend's sign. */
    private static Ref rest(Site site, DType type, Ref a, Ref b) {
        if (type.isFloat()) {
            var in = REAL.contains(type) ? type : F32;
            return site.cast(site.op("Mod", in, List.of(site.cast(a, in), site.cast(b, in)),
                    Attribute.of("fmod", 1)), type);
        }
        var quotient = apply(site, Fn.DIV, type, List.of(a, b));
        return apply(site, Fn.SUB, type, List.of(a, apply(site, Fn.MUL, type, List.of(quotient, b))));
    }

    private static Ref convert(Site site, Fn fn, DType to, Ref value) {
        var code = Attribute.of("to", OnnxTypes.code(to));
        return switch (fn) {
            case CAST -> site.cast(value, to);
            case CAST_OVERFLOW -> site.op("Cast", to, value, Attribute.of("saturate", 0), code);
            case CAST_DOWN -> rounded(site, "down", to, value, code);
            case CAST_UP -> rounded(site, "up", to, value, code);
            case CAST_NEAREST -> rounded(site, "nearest", to, value, code);
            default -> bits(site, to, value);
        };
    }

    private static Ref rounded(Site site, String mode, DType to, Ref value, AttributeProto code) {
        site.draft().require(24, "rounding " + mode + " to " + to);
        return site.op("Cast", to, value, Attribute.of("round_mode", mode), code);
    }

    private static Ref bits(Site site, DType to, Ref value) {
        var from = value.dtype();
        if ((from.isInteger() || from == BOOL) && to.isInteger() && from.bits() == to.bits()) {
            return site.cast(value, to);
        }
        site.draft().require(26, "reading the bits of " + from + " as " + to);
        return site.op("BitCast", to, value, Attribute.of("to", OnnxTypes.code(to)));
    }
}
