package dev.sinter.ir;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SmallFloatsTest {
    private static int patterns(DType type) {
        return 1 << type.bits();
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "F8E4M3FN", "F8E4M3FNUZ", "F8E5M2", "F8E5M2FNUZ", "F8E8M0", "F4E2M1"})
    void everyPatternComesBack(DType type) {
        for (int bits = 0; bits < patterns(type); bits++) {
            double value = SmallFloats.toDouble(type, bits);
            int back = SmallFloats.fromDouble(type, value);
            if (Double.isNaN(value)) {
                assertThat(SmallFloats.toDouble(type, back)).isNaN();
            } else {
                assertThat(back).as("bits %x of %s", bits, type).isEqualTo(bits);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "F8E4M3FN", "F8E4M3FNUZ", "F8E5M2", "F8E5M2FNUZ", "F4E2M1"})
    void betweenNeighboursTheNearestIsTakenAndTheEvenOneOfTwo(DType type) {
        var values = new TreeMap<Double, Integer>();
        for (int bits = 0; bits < patterns(type); bits++) {
            double value = SmallFloats.toDouble(type, bits);
            if (Double.isFinite(value) && (value != 0 || bits == 0)) {
                values.put(value, bits);
            }
        }
        Double low = null;
        for (double high : values.keySet()) {
            if (low != null) {
                double middle = low / 2 + high / 2;
                double even = (values.get(low) & 1) == 0 ? low : high;
                assertThat(type.round(middle)).as("%s: %s", type, middle).isEqualTo(even);
                assertThat(type.round(Math.nextUp(middle))).isEqualTo(high);
                assertThat(type.round(Math.nextDown(middle))).isEqualTo(low);
            }
            low = high;
        }
    }

    @Property(tries = 5000)
    void halfAgreesWithTheJdk(@ForAll float value) {
        int ours = SmallFloats.fromDouble(DType.F16, value);
        assertThat((short) ours).isEqualTo(Float.floatToFloat16(value));
    }

    @ParameterizedTest
    @CsvSource({"F8E4M3FN,Infinity,448", "F8E4M3FN,-1e9,-448", "F8E4M3FN,NaN,NaN", "F8E4M3FN,449,448",
            "F8E4M3FNUZ,Infinity,240", "F8E4M3FNUZ,1e9,240", "F8E4M3FNUZ,-0.0,0", "F8E5M2,Infinity,57344",
            "F8E5M2,-1e9,-57344", "F8E5M2FNUZ,-Infinity,-57344", "F8E5M2FNUZ,-1e9,-57344", "F4E2M1,NaN,-0.0",
            "F4E2M1,7,6",
            "F4E2M1,-Infinity,-6", "F16,65520,Infinity", "F16,65519,65504", "BF16,1e39,Infinity", "F8E8M0,3,4",
            "F8E8M0,0,5.877471754111438e-39",
            "F8E8M0,Infinity,1.7014118346046923e38", "F8E8M0,1e300,1.7014118346046923e38"})
    void whatDoesNotFitIsAsInCast(DType type, double value, Double expected) {
        assertThat(type.round(value)).isEqualTo(expected);
    }

    @Test
    void minusZeroIsKeptWhereThereIsOne() {
        assertThat(SmallFloats.fromDouble(DType.F8E4M3FN, -0.0)).isEqualTo(0x80);
        assertThat(SmallFloats.fromDouble(DType.F8E4M3FNUZ, -1e-9)).isZero();
        assertThat(SmallFloats.fromDouble(DType.F4E2M1, -0.0)).isEqualTo(0x8);
    }

    @ParameterizedTest
    @CsvSource({"F8E4M3FN,Infinity,NaN", "F8E4M3FN,465,NaN", "F8E4M3FN,464,448", "F8E4M3FNUZ,-Infinity,NaN",
            "F8E4M3FNUZ,-1e9,NaN", "F8E4M3FNUZ,-0.0,0", "F8E5M2,-Infinity,-Infinity", "F8E5M2,1e9,Infinity",
            "F8E5M2,-57344,-57344", "F8E5M2FNUZ,1e9,NaN", "F8E5M2FNUZ,NaN,NaN", "F4E2M1,7,6", "F16,1e9,Infinity",
            "F32,0.1,0.10000000149011612", "F8E8M0,3,4", "F8E8M0,2.9,2", "F8E8M0,0,NaN", "F8E8M0,1e300,NaN"})
    void whatDoesNotFitIsAsInCastWithoutSaturation(DType type, double value, Double expected) {
        assertThat(type.roundOverflowing(value)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"UP,2.5,4", "DOWN,3.9,2", "NEAREST,3,4", "NEAREST,2.9,2", "UP,2,2", "NEAREST,Infinity,0x1p127",
            "DOWN,0,0x1p-127", "DOWN,NaN,NaN", "UP,0x1.1p-127,0x1p-126", "NEAREST,0x1.1p-127,0x1p-127",
            "DOWN,1e300,0x1p127", "UP,0x1.1p126,0x1p127"})
    void scalesAreRoundedInADirection(DType.ScaleRounding rounding, double value, Double expected) {
        assertThat(DType.F8E8M0.round(value, rounding)).isEqualTo(expected);
        assertThat(DType.BF16.round(value, rounding)).isEqualTo(Double.valueOf(DType.BF16.round(value)));
    }
}
