package dev.sinter.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Attention;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.View;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.ModelInfo;
import dev.sinter.runtime.StateInfo;
import dev.sinter.runtime.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** States that a session keeps give what the model gives when its outputs are handed back as inputs. */
class StateTest {
    private static final int HEADS = 2;
    private static final int DEPTH = 5;
    private static final Dim B = Dim.sym("B");
    private static final Dim S = Dim.sym("S");
    private static final Dim PAST = Dim.sym("past");

    /** Attention of x0 over all that came before: x1 and x2 are keys and values so far, y1 and y2 the caches then. */
    private static Graph decoder() {
        var s = new Samples(1, false);
        var x = s.input(s.data(DType.F32, 1, 1, HEADS * DEPTH), new Shape(List.of(B, S, Dim.of(HEADS * DEPTH))));
        var keys = cache(s, PAST);
        var values = cache(s, PAST);
        var split = s.add(new View(new IndexMap.Reshape(Shape.of(B, S, Dim.of(HEADS), Dim.of(DEPTH)))), x);
        var heads = s.add(new View(new IndexMap.Permute(List.of(0, 2, 1, 3))), split);
        var twice = s.add(new Map(Expr.apply(Fn.MUL, Expr.arg(0, DType.F32), Expr.literal(2, DType.F32))), heads);
        var allKeys = s.add(new Concat(2), keys, heads);
        var allValues = s.add(new Concat(2), values, twice);
        return s.graph(s.add(new Attention(HEADS, 0.5f, false, false), x, allKeys, allValues), allKeys, allValues);
    }

    private static Value cache(Samples s, Dim length) {
        return s.input(s.data(DType.F32, 1, HEADS, 0, DEPTH),
                new Shape(List.of(B, Dim.of(HEADS), length, Dim.of(DEPTH))));
    }

    private static Tensor tokens(Samples s, int batch, int count) {
        return Tensor.of(s.data(DType.F32, batch, count, HEADS * DEPTH).floatArray(), batch, count, HEADS * DEPTH);
    }

    @Test
    void aKeptStateIsWhatTheOutputsWouldBe() {
        var s = new Samples(7, false);
        try (var compiled = Compiled.of(decoder())) {
            for (var model : compiled.models()) {
                assertThat(model.states()).containsExactly(new StateInfo("x1", "y1", 2), new StateInfo("x2", "y2", 2));
                var session = model.newSession().keepState(9);
                for (int batch : new int[]{2, 1}) {
                    session.clearState();
                    var keys = Tensor.of(new float[0], batch, HEADS, 0, DEPTH);
                    var values = keys;
                    for (int count : new int[]{3, 1, 1, 4}) {
                        var x = tokens(s, batch, count);
                        var wanted = model.run(java.util.Map.of("x0", x, "x1", keys, "x2", values));
                        var got = session.set("x0", x).run();
                        assertThat(got.keySet()).containsExactly("y0");
                        assertEqual(got.tensor("y0"), wanted.tensor("y0"));
                        keys = wanted.tensor("y1");
                        values = wanted.tensor("y2");
                        assertEqual(session.state("y1"), keys);
                        assertEqual(session.state("y2"), values);
                    }
                }
            }
        }
    }

    private static void assertEqual(Tensor got, Tensor wanted) {
        assertThat(got.shape()).isEqualTo(wanted.shape());
        assertThat(got.toFloats()).isEqualTo(wanted.toFloats());
    }

    @Test
    void wrongUseIsSaid() {
        var s = new Samples(7, false);
        try (var compiled = Compiled.of(decoder())) {
            Model model = compiled.models().getFirst();
            var free = model.newSession();
            assertThatThrownBy(() -> free.state("y1")).isInstanceOf(ModelException.class).hasMessageContaining("keeps");
            assertThatThrownBy(() -> free.keepState(0)).isInstanceOf(ModelException.class)
                    .hasMessageContaining("at least 1");
            var session = model.newSession().keepState(4);
            assertThatThrownBy(() -> session.set("x1", tokens(s, 1, 1))).isInstanceOf(ModelException.class)
                    .hasMessageContaining("'x1'").hasMessageContaining("keeps");
            assertThatThrownBy(() -> session.state("y1")).isInstanceOf(ModelException.class)
                    .hasMessageContaining("empty");
            assertThatThrownBy(() -> session.state("y0")).isInstanceOf(ModelException.class)
                    .hasMessageContaining("unknown state 'y0'");
            session.set("x0", tokens(s, 1, 3)).run();
            assertThatThrownBy(() -> session.set("x0", tokens(s, 1, 2)).run()).isInstanceOf(ModelException.class)
                    .hasMessageContaining("at most 4").hasMessageContaining("got 5");
            assertThatThrownBy(() -> session.set("x0", tokens(s, 2, 1)).run()).isInstanceOf(ModelException.class)
                    .hasMessageContaining("the state has 1, the inputs 2");
            // what failed changed nothing
            assertThat(session.state("y1").shape()).containsExactly(1, HEADS, 3, DEPTH);
            assertThat(session.set("x0", tokens(s, 1, 1)).run().tensor("y0").shape())
                    .containsExactly(1, 1, HEADS * DEPTH);
        }
    }

    @Test
    void aStateGoesOnFromWhereItWasCut() {
        var s = new Samples(9, false);
        try (var compiled = Compiled.of(decoder())) {
            var model = compiled.models().getFirst();
            var session = model.newSession().keepState(6);
            var prompt = tokens(s, 2, 3);
            var next = tokens(s, 2, 2);
            session.set("x0", prompt).run();
            var wanted = session.set("x0", next).run().tensor("y0").toFloats();
            session.truncateState(4).set("x0", tokens(s, 2, 2)).run();
            assertThat(session.state("y1").shape()).containsExactly(2, HEADS, 6, DEPTH);
            var again = session.truncateState(3).set("x0", next).run().tensor("y0").toFloats();
            assertThat(again).isEqualTo(wanted);
            assertThatThrownBy(() -> session.truncateState(6)).isInstanceOf(ModelException.class)
                    .hasMessageContaining("0 to 5").hasMessageContaining("got 6");
        }
    }

    /** An input that is needed for something else too, or grows at its end by a third part, is no state. */
    @Test
    void onlyWhatIsAppendedToIsAState() {
        var s = new Samples(1, false);
        var more = cache(s, S);
        var used = cache(s, PAST);
        var twice = cache(s, PAST);
        var three = cache(s, PAST);
        var graph = s.graph(s.add(new Concat(2), used, more), s.add(new Concat(2), twice, more),
                s.add(new Map(Expr.apply(Fn.NEG, Expr.arg(0, DType.F32))), twice),
                s.add(new Concat(2), three, more, more));
        try (var compiled = Compiled.of(graph)) {
            var info = compiled.models().getFirst().info();
            assertThat(info.states()).containsExactly(new StateInfo("x1", "y0", 2));
            assertThat(ModelInfo.parse(info.write())).isEqualTo(info);
        }
        var none = new Samples(2, false);
        var x = none.input(DType.F32, 3);
        try (var compiled = Compiled.of(none.graph(none.add(new Map(Expr.apply(Fn.NEG, Expr.arg(0, DType.F32))), x)))) {
            var session = compiled.models().getFirst().newSession();
            assertThatThrownBy(() -> session.keepState(8)).isInstanceOf(ModelException.class)
                    .hasMessageContaining("no states");
        }
    }
}
