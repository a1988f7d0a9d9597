package dev.sinter.ir.cost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.ir.GraphParser;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkTest {
    private static Work work(String line) {
        var graph = GraphParser.parse("""
                graph "g" {
                  symbol B: 0..64
                  input "a" %0: f32[B,3]
                  input "b" %1: f32[3,5]
                  input "c" %2: f32[1,4,8,8]
                  input "d" %3: f32[6,4,3,3]
                  input "i" %4: i64[B]
                  input "t" %5: f32[1000,7]
                  input "q" %6: f32[2,10,8]
                  %9: %LINE
                }
                """.replace("%LINE", line));
        return Work.of(graph.nodes().getFirst(), Map.of("B", 2L));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
            "f32[B,5] = matmul %0, %1; 60; 124",
            "f32[B,5] = matmul %0, %1 {epilogue=gelu($0:f32)}; 70; 124",
            "f32[B,3] = map %0, %0 {expr=mul(add($0:f32, $1:f32), 2.0:f32)}; 12; 48",
            "f32[1,6,8,8] = conv %2, %3 {groups=1, strides=[1, 1], dilations=[1, 1], begin=[1, 1], end=[1, 1],"
                    + " bias=false}; 27648; 3424",
            "f32[B,7] = gather %5, %4 {axis=0}; 0; 128",
            "f32[3,B] = permute %0 {perm=[1, 0]}; 0; 48",
            "f32[B] = reduce %0 {monoid=sum, axes=[1], keep=false}; 6; 32",
            "f32[B,3] = softmax %0 {axis=1}; 30; 48",
            // per head: 10 x 10 scores of 4, softmax and scaling, and as much for the values
            "f32[2,10,8] = attention %6, %6, %6 {heads=2, scale=1.0, divide=false, mask=false}; 8800; 1280",
            "f32[1,4,4,4] = compute %2 {shape=[1,4,4,4], expr=fold(k, 2:i64, carry(m, -Infinity:f32, max(m:f32,"
                    + " read<$0:f32>([i0:i64, i1:i64, i2:i64, add(i3:i64, k:i64)]))), m:f32)}; 128; 1280"})
    void operationsAndBytesByTheDefinition(String line, double operations, double bytes) {
        assertThat(work(line)).isEqualTo(new Work(operations, bytes));
    }

    @Test
    void whatDataDecidesIsNotKnown() {
        var graph = GraphParser.parse("""
                graph "g" {
                  symbol N: 0..64
                  input "a" %0: f32[N]
                  %1: f32[N] = map %0 {expr=neg($0:f32)}
                }
                """);
        var work = Work.of(graph.nodes().getFirst(), Map.of());
        assertThat(work.operations()).isNaN();
        assertThat(work.bytes()).isNaN();
    }
}
