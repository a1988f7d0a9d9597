package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.UnsupportedTypeException;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.op.Compute;
import dev.sinter.ir.op.Scatter;
import java.util.ArrayList;
import java.util.List;

/**
 * Complex numbers are moved and chosen, never computed with: such work is done on their parts, real and imaginary, which
 * lie along one more axis.
 */
final class ComplexParts {
    private static final Dim TWO = Dim.of(2);

    private ComplexParts() {
    }

    static boolean are(DType dtype) {
        return dtype.kind() == DType.Kind.COMPLEX;
    }

    /** A complex operand with its parts along a last axis, any other one as it is. */
    static Operand of(Operand operand) {
        return are(operand.dtype()) ? operand.plain() : operand;
    }

    /** Operands of a map of parts: what is not complex is the same for both. */
    static List<Operand> ofMap(List<Operand> operands) {
        return operands.stream().map(o -> {
            if (are(o.dtype())) {
                return o.plain();
            }
            var dims = new ArrayList<>(o.dims());
            dims.add(Dim.ONE);
            var strides = new ArrayList<>(o.strides());
            strides.add(Dim.ONE);
            return new Operand(o.place(), o.dtype(), o.offset(), dims, strides);
        }).toList();
    }

    /** A choice among complex operands as one among parts. */
    static Expr ofMap(Expr expr) {
        return expr.transform(e -> switch (e) {
            case Expr.Arg(var i, var t) -> Expr.arg(i, part(t));
            case Expr.Apply(var fn, var args, var t) -> new Expr.Apply(fn, args, chosen(fn, t));
            default -> e;
        });
    }

    /** A tensor of parts. */
    static Expr of(Compute op) {
        return of(op.expr(), Compute.axis(op.shape().rank()));
    }

    /** Updates of parts. */
    static Scatter of(Scatter op) {
        var part = Compute.axis(op.domain().rank());
        var domain = new ArrayList<>(op.domain().dims());
        domain.add(TWO);
        var index = new ArrayList<>(op.index());
        index.add(part);
        return new Scatter(new Shape(domain), index, of(op.value(), part));
    }

    private static Expr of(Expr expr, Expr part) {
        return expr.transform(e -> switch (e) {
            case Expr.Read(var operand, var index, var otherwise, var t) when are(t) -> {
                var at = new ArrayList<>(index);
                at.add(part);
                yield new Expr.Read(operand, at, otherwise, part(t));
            }
            case Expr.Var(var name, var t) -> new Expr.Var(name, part(t));
            case Expr.Apply(var fn, var args, var t) -> new Expr.Apply(fn, args, chosen(fn, t));
            // a real number: its imaginary part is 0
            case Expr.Literal(var value, var bits, var t) when are(t) -> Expr.apply(Fn.SELECT,
                    Expr.apply(Fn.EQ, part, Expr.integer(0, DType.I64)), Expr.literal(value, part(t)),
                    Expr.literal(0, part(t)));
            default -> e;
        });
    }

    private static DType chosen(Fn fn, DType dtype) {
        if (are(dtype) && fn != Fn.SELECT) {
            throw new UnsupportedTypeException(dtype);
        }
        return part(dtype);
    }

    private static DType part(DType dtype) {
        return switch (dtype) {
            case C64 -> DType.F32;
            case C128 -> DType.F64;
            default -> dtype;
        };
    }
}
