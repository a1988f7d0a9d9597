package dev.sinter.testkit;

import static dev.sinter.testkit.PointwiseOperatorsTest.recent;

import dev.sinter.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Integers without a sign, of 16, 32 and 64 bits, above the greatest number with one. ONNX Runtime's binding has none
 * of them, so casts of i64 stand around the tested node.
 */
class UnsignedOperatorsTest {
    private static final long U16 = 4;
    private static final long U32 = 12;
    private static final long U64 = 13;
    private static final long[] NUMBERS = {1, 2, 7, 0x7fff, 0x8000, 0xffff, 0x7fff_ffffL, 0x8000_0000L, 0xffff_fffdL,
            Long.MAX_VALUE, Long.MIN_VALUE, -1, -3, 0x1234_5678_9abc_def0L};

    private static OneNode unsigned(long code, boolean column) {
        var shape = column ? new long[]{NUMBERS.length, 1} : new long[]{NUMBERS.length};
        var values = NUMBERS.clone();
        for (int i = 0; i < values.length; i++) {
            long greatest = code == U32 ? 0xffff_ffffL : 0xffff;
            values[i] = code == U64 || values[i] >= 0 && values[i] < greatest ? values[i] : greatest;
        }
        return recent("Cast").with("to", code).input(Tensor.of(values, shape));
    }

    private static OneNode asLong(OneNode node) {
        return recent("Cast").with("to", 7L).made(node);
    }

    @ParameterizedTest
    @MethodSource
    void integers(OneNode node) throws Exception {
        node.assertLikeOrt(Numbers.EXACT);
    }

    static List<OneNode> integers() {
        var cases = new ArrayList<OneNode>();
        for (long code : new long[]{U16, U32, U64}) {
            for (var type : List.of("Add", "Sub", "Mul", "Div", "Mod", "Equal", "Less", "Greater", "LessOrEqual",
                    "GreaterOrEqual", "BitwiseAnd", "BitwiseOr", "BitwiseXor")) {
                cases.add(both(type, code));
            }
            for (var type : List.of("Sign", "Abs", "BitwiseNot")) {
                cases.add(asLong(recent(type).made(unsigned(code, false))));
            }
            for (long to : new long[]{U16, U32, U64, 2, 6, 9}) {
                cases.add(asLong(recent("Cast").with("to", to).made(unsigned(code, false))));
            }
            for (long to : new long[]{1, 11}) {
                cases.add(recent("Cast").with("to", to).made(unsigned(code, false)));
            }
        }
        for (long code : new long[]{U32, U64}) {
            cases.add(both("Max", code));
            cases.add(both("Min", code));
            for (var direction : List.of("LEFT", "RIGHT")) {
                cases.add(asLong(recent("BitShift").with("direction", direction).made(unsigned(code, true))
                        .made(recent("Cast").with("to", code).input(Tensor.of(new long[]{0, 1, 5, 15}, 4)))));
            }
        }
        return cases;
    }

    private static OneNode both(String type, long code) {
        return asLong(recent(type).made(unsigned(code, true)).made(unsigned(code, false)));
    }
}
