package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.ir.DType;
import dev.sinter.ir.Fn;
import java.util.List;

/**
 * Shifts of integers, which BitShift has for unsigned ones and for distances below the width only.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__BitShift.html">BitShift</a>
 */
final class Shifts {
    private Shifts() {
    }

    static Ref shift(Site site, Fn fn, DType type, Ref value, Ref distance) {
        var by = site.cast(distance, DType.I64);
        var zero = site.integer(DType.I64, 0);
        var within = site.op("And", DType.BOOL, site.op("LessOrEqual", DType.BOOL, zero, by),
                site.op("Less", DType.BOOL, by, site.integer(DType.I64, type.bits())));
        var safe = site.cast(site.op("Where", DType.I64, within, by, zero), DType.U64);
        var wide = site.cast(value, DType.I64);
        boolean signed = fn == Fn.SHR && type.kind() == DType.Kind.SIGNED;
        var negative = signed ? site.op("Less", DType.BOOL, wide, zero) : null;
        // of a negative number the complement is shifted, and its complement taken again: the sign comes in
        var plain = negative == null ? wide : complement(site, negative, wide);
        var shifted = site.cast(site.op("BitShift", DType.U64, List.of(site.cast(plain, DType.U64), safe),
                Attribute.of("direction", fn == Fn.SHL ? "LEFT" : "RIGHT")), DType.I64);
        var kept = site.op("Where", DType.I64, within, shifted, zero);
        return site.cast(negative == null ? kept : complement(site, negative, kept), type);
    }

    private static Ref complement(Site site, Ref where, Ref value) {
        return site.op("Where", DType.I64, where, site.op("BitwiseNot", DType.I64, value), value);
    }
}
