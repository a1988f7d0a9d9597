package dev.sinter.runtime.library.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The parts of JPEG 2000 that can be told from their definition. */
class J2kTest {
    private static J2kBand band(int orientation, int[] area, boolean reversible) {
        int right = orientation & 1;
        int down = orientation >> 1;
        int[] half = {area[0] - right + 1 >> 1, area[1] - down + 1 >> 1, area[2] - right + 1 >> 1,
                area[3] - down + 1 >> 1};
        return new J2kBand(orientation, half, reversible, 1, 8);
    }

    @ParameterizedTest
    @CsvSource({"0,0,8,8,true", "0,0,8,8,false", "3,1,10,8,true", "3,1,10,8,false", "5,5,6,12,false", "1,0,2,5,true"})
    void aConstantPictureHasAConstantLowBand(int x0, int y0, int x1, int y1, boolean reversible) {
        int[] area = {x0, y0, x1, y1};
        var low = band(J2kBand.LL, area, reversible);
        var bands = new J2kBand[]{band(J2kBand.HL, area, reversible), band(J2kBand.LH, area, reversible),
                band(J2kBand.HH, area, reversible)};
        Arrays.fill(low.data, 7);
        if (x1 - x0 > 1 && y1 - y0 > 1) {
            for (float v : J2kWavelet.join(low.data, bands, area)) {
                assertThat(v).isCloseTo(7, Offset.offset(1e-4f));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0,9", "1,9", "0,10", "1,10", "0,2", "1,3"})
    void theReversibleTransformUndoesItsDefinition(int start, int length) {
        var random = new Random(length);
        var line = new int[length];
        Arrays.setAll(line, _ -> random.nextInt(-128, 128));
        // T.800, equations F-9 and F-10, on one row.
        var high = new int[length + 2];
        for (int i = 0; i < length; i++) {
            if ((start + i) % 2 == 1) {
                high[i] = line[i] - Math.floorDiv(at(line, i - 1) + at(line, i + 1), 2);
            }
        }
        int[] area = {start, 0, start + length, 1};
        var low = band(J2kBand.LL, area, true);
        var bands = new J2kBand[]{band(J2kBand.HL, area, true), band(J2kBand.LH, area, true),
                band(J2kBand.HH, area, true)};
        int l = 0;
        int h = 0;
        for (int i = 0; i < length; i++) {
            if ((start + i) % 2 == 1) {
                bands[0].data[h++] = high[i];
            } else {
                low.data[l++] = line[i] + Math.floorDiv(at(high, i - 1, length) + at(high, i + 1, length) + 2, 4);
            }
        }
        float[] got = J2kWavelet.join(low.data, bands, area);
        for (int i = 0; i < length; i++) {
            assertThat(got[i]).isEqualTo(line[i]);
        }
    }

    private static int at(int[] line, int i) {
        return at(line, i, line.length);
    }

    private static int at(int[] line, int i, int length) {
        return line[i < 0 ? -i : i >= length ? 2 * length - 2 - i : i];
    }

    @Test
    void theArithmeticDecoderReadsTheStandardsExample() {
        // T.88, annex H.2: 256 bits coded with one context that starts in state 0.
        byte[] coded = HexFormat.of()
                .parseHex("84c73b fc e1a1 43 04 02 20 00 00 41 0d bb 86 f4 31 7f ff 88 ff 37 47 1a db 6a df ff ac"
                        .replace(" ", ""));
        byte[] want = HexFormat.of()
                .parseHex("00020051000000c0 0352872aaaaaaaaa 82c02000fcd79ef6 bf7fed90 4f46a3bf".replace(" ", ""));
        var in = new J2kArithmetic();
        in.reset();
        in.start(coded, 0, coded.length);
        var got = new byte[want.length];
        for (int i = 0; i < 8 * got.length; i++) {
            got[i / 8] |= (byte) (in.decode(1) << 7 - i % 8);
        }
        assertThat(got).isEqualTo(want);
    }

    @Test
    void aTagTreeTellsNumbersLevelByLevel() {
        // A grid of 2 x 1 with the numbers 1 and 2: the root says 1, then 1 is told, then 2.
        var in = new J2kHeaderBits(new byte[]{(byte) 0b0110_1000, 0});
        var tree = new J2kTagTree(2, 1);
        assertThat(tree.isBelow(in, 0, 0, 1)).isFalse();
        assertThat(tree.isBelow(in, 0, 0, 2)).isTrue();
        assertThat(tree.isBelow(in, 1, 0, 2)).isFalse();
        assertThat(tree.isBelow(in, 1, 0, 3)).isTrue();
    }
}
