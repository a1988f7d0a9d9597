package dev.sinter.codegen.asm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.codegen.loop.KernelParser;
import dev.sinter.codegen.loop.KernelPrinter;
import dev.sinter.codegen.loop.Memory;
import dev.sinter.runtime.Form;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bytes looked up and added in vectors of 512 bits, the only form that has them. */
class PickTest {
    private static final String TEXT = """
            kernel picked(heap index:i32, heap table:f32, heap c:i32)
              params n:i32
              let i = bits_b4(load i32x16 index @ n)
              let low = pick(i, bits_b4(load f32x16 table @ 0))
              let sum = low + pick(i, bits_b4(load f32x16 table @ 16))
              store c @ n = bits_i32(sum)
              store c @ n + 16 = bits_i32(low)
            """;

    /** Any numbers as indices. */
    private static int[] indices(Memory memory, Random random) {
        var index = (int[]) memory.heap().get("index");
        Arrays.setAll(index, i -> random.nextInt());
        return index;
    }

    private static ByteBuffer table(Memory memory) {
        var table = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
        table.asFloatBuffer().put((float[]) memory.heap().get("table"));
        return table;
    }

    @Test
    void bytesAreLookedUpByTheirLowSixBits() throws Throwable {
        var kernel = KernelParser.parse(TEXT);
        assertThat(KernelPrinter.print(kernel)).isEqualTo(TEXT);
        var random = new Random(7);
        for (int round = 0; round < 20; round++) {
            var memory = Memory.random(kernel, 64, false, random.nextLong());
            var index = indices(memory, random);
            var table = table(memory);
            Emitted.run(kernel, Form.V512, memory, List.of(3));
            var got = (int[]) memory.heap().get("c");
            for (int lane = 0; lane < 16; lane++) {
                for (int shift = 0; shift < 32; shift += 8) {
                    int at = index[3 + lane] >> shift & 63;
                    byte sum = (byte) (table.get(at) + table.get(64 + at));
                    assertThat((byte) (got[3 + lane] >> shift)).isEqualTo(sum);
                    assertThat((byte) (got[19 + lane] >> shift)).isEqualTo(table.get(at));
                }
            }
        }
    }

    @Test
    void halvesAreLookedUpByTheirLowSixBits() throws Throwable {
        var text = """
                kernel found(heap index:i32, heap table:f32, heap c:i32)
                  params n:i32
                  let i = bits_h2(load i32x16 index @ n)
                  let low = bits_h2(load f32x16 table @ 0)
                  let high = bits_h2(load f32x16 table @ 16)
                  store c @ n = bits_i32(lookup(i, low, high))
                """;
        var kernel = KernelParser.parse(text);
        assertThat(KernelPrinter.print(kernel)).isEqualTo(text);
        var random = new Random(8);
        for (int round = 0; round < 20; round++) {
            var memory = Memory.random(kernel, 64, false, random.nextLong());
            var index = indices(memory, random);
            var table = table(memory);
            Emitted.run(kernel, Form.V512, memory, List.of(3));
            var got = (int[]) memory.heap().get("c");
            for (int lane = 0; lane < 16; lane++) {
                for (int shift = 0; shift < 32; shift += 16) {
                    assertThat((short) (got[3 + lane] >> shift))
                            .isEqualTo(table.getShort(2 * (index[3 + lane] >> shift & 63)));
                }
            }
        }
    }

    @Test
    void onlyBytesAreLookedUp() {
        var wrong = KernelParser.parse(TEXT.replace("bits_b4(load i32x16 index @ n)", "load i32x16 index @ n"));
        assertThatThrownBy(() -> Emitted.bytes(wrong, Form.V512)).hasMessageContaining("pick of i32x16 and b4x16");
    }
}
