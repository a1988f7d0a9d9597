package dev.sinter.codegen.kernel;

import static dev.sinter.codegen.Compiled.Tolerance.EXACT;

import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Map;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same bits in another type of the same width, in every form, against the reference. */
class BitCastTest {
    static List<DType> plain() {
        return Arrays.stream(DType.values())
                .filter(t -> t.isInteger() || t == DType.BOOL || t.isFloat() && t.bits() >= 16).toList();
    }

    @ParameterizedTest
    @MethodSource("plain")
    void toEveryTypeOfItsWidth(DType from) {
        var s = new Samples(from.ordinal(), false);
        var x = s.input(s.wild(from, 345));
        var results = new ArrayList<Value>();
        for (var to : plain()) {
            if (to != from && to.bits() == from.bits()) {
                results.add(s.add(new Map(new Expr.Apply(Fn.BITCAST, List.of(Expr.arg(0, from)), to)), x));
            }
        }
        s.check(EXACT, results.toArray(Value[]::new));
    }
}
