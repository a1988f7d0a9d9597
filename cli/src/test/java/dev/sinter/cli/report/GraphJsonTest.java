package dev.sinter.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.cli.demo.Json;
import dev.sinter.ir.GraphParser;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GraphJsonTest {
    private static Json.Obj json(String text) {
        var graph = GraphParser.parse(text);
        return (Json.Obj) Json
                .parse(GraphJson.of(graph, Map.of("N", 4L), GraphJson.NodeFacts.NONE).toString());
    }

    private static List<String> column(Json.Obj graph, String key) {
        return graph.array("nodes").stream().map(n -> ((Json.Obj) n).string(key)).toList();
    }

    private static List<String> scope(Json.Obj graph, int node) {
        return ((Json.Obj) graph.array("nodes").get(node)).array("scope").stream().map(s -> ((Json.Str) s).value())
                .toList();
    }

    private static List<List<Integer>> edges(Json.Obj graph) {
        return graph.array("edges").stream().map(e -> ((Json.Arr) e).elements())
                .map(e -> List.of((int) ((Json.Num) e.get(0)).value(), (int) ((Json.Num) e.get(1)).value())).toList();
    }

    @Test
    void constantsAreOperandsAndNoNodes() {
        var graph = json("""
                graph "g" {
                  symbol N: 0..64
                  input "x" %0: f32[N]
                  %1: f32[2] = constant [0.0, 3.0] {name="w"}
                  %2: f32[2,N] = expand %0 {shape=[2,N]}  // /a/Expand
                  %3: f32[2] = map %1, %1 {expr=add($0:f32, $1:f32)}  // /a/b/Add
                  output "y" %2
                  output "z" %3
                }
                """);
        assertThat(column(graph, "title")).containsExactly("x", "expand", "map add", "y", "z");
        assertThat(column(graph, "kind")).containsExactly("port", "movement", "elementwise", "port", "port");
        assertThat(scope(graph, 1)).containsExactly("a");
        assertThat(scope(graph, 2)).containsExactly("a", "b");
        assertThat(edges(graph)).containsExactly(List.of(0, 1), List.of(1, 3), List.of(2, 4));
        var add = (Json.Obj) graph.array("nodes").get(2);
        assertThat(add.get("zeros")).isEqualTo(new Json.Num(0.5));
        assertThat(((Json.Obj) add.array("ins").getFirst()).string("constant")).isEqualTo("w");
        var expand = (Json.Obj) ((Json.Obj) graph.array("nodes").get(1)).array("outs").getFirst();
        assertThat(expand.string("type")).isEqualTo("f32[2,N]");
        assertThat(expand.string("at")).isEqualTo("f32[2×4]");
    }

    @Test
    void namesOfTheModelLanguageHaveDots() {
        var graph = json("""
                graph "g" {
                  input "x" %0: f32[2]
                  %1: f32[2] = map %0 {expr=neg($0:f32)}  // layer1.0.conv1.neg
                  %2: f32[2] = map %1 {expr=neg($0:f32)}  // neg_1
                  output "y" %2
                }
                """);
        assertThat(scope(graph, 1)).containsExactly("layer1.0", "conv1");
        assertThat(scope(graph, 2)).isEmpty();
        assertThat(column(graph, "name")).containsExactly("input", "neg", "neg_1", "output");
    }

    @Test
    void aRegionIsAPartWhoseResultsLeadToItsNode() {
        var graph = json("""
                graph "g" {
                  symbol N: 0..64
                  input "c" %0: bool[]
                  input "x" %1: f32[N]
                  %2: f32[N] = if %0 {results={f32[N]}}  // /pick
                    graph "then" {
                      %3: f32[N] = map %1 {expr=neg($0:f32)}  // /pick/Neg
                      output "y" %3
                    }
                    graph "else" {
                      output "y" %1
                    }
                  output "y" %2
                }
                """);
        assertThat(column(graph, "title")).containsExactly("c", "x", "if", "map neg", "y", "y", "y");
        assertThat(scope(graph, 3)).first().isEqualTo("if pick: then");
        assertThat(scope(graph, 4)).containsExactly("if pick: then");
        assertThat(scope(graph, 5)).containsExactly("if pick: else");
        assertThat(edges(graph)).contains(List.of(0, 2), List.of(1, 3), List.of(3, 4), List.of(4, 2), List.of(1, 5),
                List.of(5, 2), List.of(2, 6));
    }

    @Test
    void manyPortsThatAreCalledAlikeAreAPart() {
        var text = new StringBuilder("graph \"g\" {\n  input \"ids\" %9: f32[2]\n");
        for (int i = 0; i < 4; i++) {
            text.append("  input \"past.").append(i).append("\" %").append(i).append(": f32[2]\n");
        }
        var graph = json(text.append("  output \"y\" %9\n}\n").toString());
        assertThat(scope(graph, 0)).isEmpty();
        assertThat(scope(graph, 1)).isEqualTo(scope(graph, 4)).containsExactly("past …");
    }

    @Test
    void aLongGraphWithoutNamesIsDividedWhereOneValueLeadsOn() {
        var text = new StringBuilder("graph \"g\" {\n  input \"x\" %0: f32[2]\n");
        for (int i = 1; i <= 50; i++) {
            text.append("  %").append(i).append(": f32[2] = map %").append(i - 1)
                    .append(" {expr=neg($0:f32)}  // Neg_").append(i).append('\n');
        }
        var graph = json(text.append("  output \"y\" %50\n}\n").toString());
        assertThat(scope(graph, 1)).containsExactly("nodes 1–12");
        assertThat(scope(graph, 13)).containsExactly("nodes 13–24");
        assertThat(scope(graph, 50)).containsExactly("nodes 49–50");
    }
}
