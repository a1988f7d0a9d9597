package dev.sinter.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShippedPlanTest {
    private static final String DUMP = """
            graph "g" {
              input "x" %0: f32[3]
              %1: f32[100] = constant #0123456789abcdef {name="w"}
              %2: f32[3] = map %0 {expr=neg($0:f32)}  // "/a (b) = c"
              output "y" %2
            }

            plan "g" {
              weights 400 bytes
              arena a0: f32 x 3 live 0..1
              0: n000_map_a = map.neg(io0, a0)(io0+0, a0+0, (N * 3)) par ((N + 7) / 8)  // %2
              1: n001_fill = fill()(3)
              block 4 (r0) -> (r1) {
                2: n002_map = map.neg(a0, io1)(1)  // %2
              }
            }
            kernel map.neg(heap a:f32)
              7: n007_no = no()()
            """;

    @Test
    void graphAndStepsAreRead() {
        var plan = ShippedPlan.parse(DUMP);
        assertThat(plan.graph().nodes()).hasSize(2);
        assertThat(plan.graph().nodes().getFirst().output().type()).hasToString("f32[100]");
        assertThat(plan.steps()).extracting(ShippedPlan.Step::method).containsExactly("n000_map_a", "n001_fill",
                "n002_map");
        var first = plan.steps().getFirst();
        assertThat(first.kernel()).isEqualTo("map.neg");
        assertThat(first.arrays()).containsExactly("io0", "a0");
        assertThat(first.value()).isEqualTo(2);
        assertThat(plan.steps().get(1).arrays()).isEmpty();
        assertThat(plan.steps().get(1).value()).as("an older compiler did not say").isEqualTo(-1);
        assertThat(plan.steps().get(2).block()).isEqualTo(4);
    }

    @Test
    void aDumpWithoutAPlanHasNoSteps() {
        assertThat(ShippedPlan.parse("graph \"g\" {\n  input \"x\" %0: f32[3]\n  output \"y\" %0\n}\n").steps())
                .isEmpty();
    }
}
