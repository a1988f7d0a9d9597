package dev.sinter.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Evaluation of graphs with regions, and of symbols that nodes define. */
class LoopsTest {
    private static final LibraryEvaluator POSITIVE = (routine, arguments, inputs) -> {
        var x = inputs.getFirst();
        var found = IntStream.range(0, x.size()).filter(i -> x.getLong(i) > 0).mapToLong(x::getLong);
        var elements = found.toArray();
        return List.of(TensorData.longs(elements, elements.length));
    };

    private static TensorData run(String text, Map<String, TensorData> inputs) {
        var graph = GraphParser.parse(text);
        Verifier.verify(graph);
        return Evaluator.evaluate(graph, inputs, POSITIVE).get("y");
    }

    private static TensorData longs(long... values) {
        return TensorData.longs(values, values.length);
    }

    private static final String COLLECT = """
            graph "g" {
              input "m" %0: i64[]
              input "c" %1: bool[]
              input "x" %2: i64[2]
              %3: i64[2], %4: i64[rounds,2] = loop %0, %1, %2 {carried=1, results={i64[2]; i64[rounds,2]}}
                graph "body" {
                  input "i" %10: i64[]
                  input "c" %11: bool[]
                  input "x" %12: i64[2]
                  %13: i64[2] = map %12, %2 {expr=add($0:i64, $1:i64)}
                  %14: i64[2] = map %13, %10 {expr=mul($0:i64, $1:i64)}
                  %15: bool[] = map %10 {expr=lt($0:i64, 2:i64)}
                  output "c" %15
                  output "x" %13
                  output "s" %14
                }
              %5: i64[2] = dims {elements=[rounds, (rounds * 10)], type=i64[2]}
              %6: i64[1,2] = reshape %5 {shape=[1,2]}
              %7: i64[1,2] = reshape %3 {shape=[1,2]}
              %8: i64[(rounds + 2),2] = concat %4, %6, %7 {axis=0}
              output "y" %8
            }
            """;

    @Test
    void aLoopCarriesAndCollects() {
        var x = longs(1, 10);
        var yes = TensorData.scalar(DType.BOOL, 1);
        var out = run(COLLECT, Map.of("m", TensorData.longs(new long[]{2}), "c", yes, "x", x));
        assertThat(out).isEqualTo(TensorData.longs(new long[]{0, 0, 3, 30, 2, 20, 3, 30}, 4, 2));
        out = run(COLLECT, Map.of("m", TensorData.longs(new long[]{100}), "c", yes, "x", x));
        assertThat(out.dims()).as("the condition ends it").containsExactly(5, 2);
    }

    @Test
    void noRoundsGiveEmptyResults() {
        var none = run(COLLECT, Map.of("m", TensorData.longs(new long[]{0}), "c", TensorData.scalar(DType.BOOL, 1),
                "x", longs(1, 10)));
        assertThat(none).isEqualTo(TensorData.longs(new long[]{0, 0, 1, 10}, 2, 2));
        var refused = run(COLLECT, Map.of("m", TensorData.longs(new long[]{5}), "c", TensorData.scalar(DType.BOOL, 0),
                "x", longs(1, 10)));
        assertThat(refused).isEqualTo(none);
    }

    @Test
    void aBranchIsTakenAndItsSizesDefined() {
        var text = """
                graph "g" {
                  symbol S: 0..100
                  input "c" %0: bool[1]
                  input "x" %1: i64[S]
                  %2: i64[n] = if %0 {results={i64[n]}}
                    graph "then" {
                      %10: i64[(S + S)] = concat %1, %1 {axis=0}
                      output "y" %10
                    }
                    graph "else" {
                      %11: i64[k] = library %1 {routine=positive, arguments={}, results={i64[k]}}
                      %12: i64[k] = map %11 {expr=neg($0:i64)}
                      output "y" %12
                    }
                  %3: i64[1] = dims {elements=[n], type=i64[1]}
                  %4: i64[(n + 1)] = concat %2, %3 {axis=0}
                  output "y" %4
                }
                """;
        var x = longs(5, -1, 7);
        var bits = TensorData.zeros(DType.BOOL, 1);
        assertThat(run(text, Map.of("c", bits, "x", x))).isEqualTo(longs(-5, -7, 2));
        var set = TensorData.of(DType.BOOL, new byte[]{1}, 1);
        assertThat(run(text, Map.of("c", set, "x", x))).isEqualTo(longs(5, -1, 7, 5, -1, 7, 6));
    }

    @Test
    void sizesInALoopAreDefinedAnewInEachRound() {
        var text = """
                graph "g" {
                  input "m" %0: i64[]
                  input "x" %2: i64[S]
                  %1: bool[] = constant true
                  %3: i64[n] = loop %0, %1, %2 {carried=1, results={i64[n]}}
                    graph "body" {
                      input "i" %10: i64[]
                      input "c" %11: bool[]
                      input "x" %12: i64[k]
                      %13: i64[j] = library %12 {routine=positive, arguments={}, results={i64[j]}}
                      %14: i64[1] = dims {elements=[(k + (j * 100))], type=i64[1]}
                      %15: i64[(j + 1)] = concat %13, %14 {axis=0}
                      %16: i64[1] = constant [-1]
                      %17: i64[(j + 2)] = concat %15, %16 {axis=0}
                      output "c" %11
                      output "x" %17
                    }
                  output "y" %3
                }
                """;
        assertThat(run(text, Map.of("m", TensorData.longs(new long[]{2}), "x", longs(-5, 3, -2, -2))))
                .isEqualTo(longs(3, 104, 203, -1));
    }

    @Test
    void contentOfATensorDefinesSizes() {
        var text = """
                graph "g" {
                  input "n" %0: i32[2]
                  input "x" %1: f32[S]
                  %2: i32[2] {content=[a, b]} = define %0 {symbols=[a, b]}
                  %3: f32[a,b] = reshape %1 {shape=[a,b]}
                  %4: f32[b] = reduce %3 {monoid=sum, axes=[0], keep=false}
                  output "y" %4
                }
                """;
        var x = TensorData.floats(new float[]{1, 2, 3, 4, 5, 6}, 6);
        var sizes = TensorData.of(DType.I32, new int[]{2, 3}, 2);
        assertThat(run(text, Map.of("n", sizes, "x", x))).isEqualTo(TensorData.floats(new float[]{5, 7, 9}, 3));
        assertThatThrownBy(() -> run(text, Map.of("n", TensorData.of(DType.I32, new int[]{-2, -3}, 2), "x", x)))
                .isInstanceOf(IrException.class).hasMessageContainingAll("symbol", "-");
    }

    @Test
    void routinesAreUnknownUnlessGiven() {
        var graph = GraphParser.parse("""
                graph "g" {
                  %0: i64[n] = library {routine=random.normal, arguments={}, results={i64[n]}}  // /noise
                  output "y" %0
                }
                """);
        assertThatThrownBy(() -> Evaluator.evaluate(graph, Map.of())).isInstanceOf(IrException.class)
                .hasMessageContainingAll("/noise", "random.normal");
        assertThatThrownBy(() -> Evaluator.evaluate(graph, Map.of(), (r, a, i) -> List.of()))
                .hasMessageContaining("1 results were expected, 0 came");
        assertThatThrownBy(() -> Evaluator.evaluate(graph, Map.of(), (r, a, i) -> List.of(TensorData.zeros(DType.F32))))
                .hasMessageContainingAll("i64[n]", "f32[]");
    }
}
