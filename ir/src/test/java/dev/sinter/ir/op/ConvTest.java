package dev.sinter.ir.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.GraphBuilder;
import dev.sinter.ir.GraphParser;
import dev.sinter.ir.GraphPrinter;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConvTest {
    private static final Conv EDGE = new Conv(1, List.of(2), List.of(1), List.of(1), List.of(1), true);

    @Test
    void windowsBeyondTheEdgeSeeZeros() {
        var x = TensorData.floats(new float[]{1, 2, 3, 4, 5}, 1, 1, 5);
        var w = TensorData.floats(new float[]{1, 10, 100}, 1, 1, 3);
        var y = EDGE.evaluate(List.of(x, w, TensorData.floats(new float[]{0.5f}, 1))).getFirst();
        assertThat(y.dims()).containsExactly(1, 1, 3);
        assertThat(y.floatArray()).containsExactly(210.5f, 432.5f, 54.5f);
    }

    @Test
    void groupsSeeTheirOwnChannels() {
        var x = TensorData.floats(new float[]{1, 2, 3, 4}, 1, 4, 1);
        var w = TensorData.floats(new float[]{1, 10, 1, 10}, 2, 2, 1);
        var op = new Conv(2, List.of(1), List.of(1), List.of(0), List.of(0), false);
        assertThat(op.evaluate(List.of(x, w)).getFirst().floatArray()).containsExactly(21, 43);
    }

    @Test
    void dilatedWindowsSkipElements() {
        var x = TensorData.floats(new float[]{1, 2, 3, 4, 5}, 1, 1, 5);
        var w = TensorData.floats(new float[]{1, 10}, 1, 1, 2);
        var op = new Conv(1, List.of(1), List.of(3), List.of(0), List.of(0), false);
        assertThat(op.evaluate(List.of(x, w)).getFirst().floatArray()).containsExactly(41, 52);
    }

    /** What a convolution gives does not depend on where its channels are; the epilogue sees sum and bias. */
    @Test
    void channelsLastGivesTheSameTurned() {
        var x = TensorData.floats(new float[]{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 1, 4, 3);
        var turned = new View(new IndexMap.Permute(List.of(0, 2, 1))).evaluate(List.of(x)).getFirst();
        var w = TensorData.floats(new float[]{1, 10, 2, 20, 3, 30, 4, 40}, 2, 2, 2);
        var bias = TensorData.floats(new float[]{0.5f, -0.25f}, 2);
        var op = new Conv(2, List.of(1), List.of(1), List.of(1), List.of(0), true);
        var first = op.evaluate(List.of(x, w, bias)).getFirst();
        var last = op.in(Conv.Layout.CHANNELS_LAST).evaluate(List.of(turned, w, bias)).getFirst();
        assertThat(last.dims()).containsExactly(1, 3, 2);
        assertThat(new View(new IndexMap.Permute(List.of(0, 2, 1))).evaluate(List.of(last))).containsExactly(first);
        var scaled = op.in(Conv.Layout.CHANNELS_LAST).with(Expr.apply(Fn.MUL, Expr.arg(0, DType.F32),
                Expr.arg(1, DType.F32)));
        var factor = TensorData.floats(new float[]{2, 4}, 2);
        var y = scaled.evaluate(List.of(turned, w, bias, factor)).getFirst();
        assertThat(y.floatArray()).startsWith(2 * last.floatArray()[0], 4 * last.floatArray()[1]);
    }

    @Test
    void epiloguesReadBackAndAreChecked() {
        var b = new GraphBuilder("g");
        var x = b.input("x", new TensorType(DType.F32, Shape.of(Dim.sym("B"), Dim.sym("S"), Dim.of(3))));
        var w = b.input("w", new TensorType(DType.F32, Shape.of(8, 3, 3)));
        var bias = b.input("b", new TensorType(DType.F32, Shape.of(8)));
        var op = EDGE.in(Conv.Layout.CHANNELS_LAST)
                .with(Expr.apply(Fn.MAX, Expr.arg(0, DType.F32), Expr.arg(1, DType.F32)));
        var y = b.apply(op, Origin.of("n"), x, w, bias, bias);
        assertThat(y.shape().dim(1)).isEqualTo(Dim.sym("S").minus(Dim.ONE).floorDiv(Dim.of(2)).plus(Dim.ONE));
        assertThat(y.shape().dim(2)).isEqualTo(Dim.of(8));
        b.output("y", y);
        assertReadsBack(b);
        assertThatThrownBy(() -> b.apply(op, Origin.of("n"), x, w, bias, w)).isInstanceOf(IrException.class)
                .hasMessageContaining("conv epilogue");
        assertThatThrownBy(() -> b.apply(op, Origin.of("n"), bias, w, bias, bias)).isInstanceOf(IrException.class)
                .hasMessageContaining("x[N,S…,C]");
    }

    @Test
    void sizesStaySymbolsAndTextReadsBack() {
        var b = new GraphBuilder("g");
        var x = b.input("x", new TensorType(DType.F32, Shape.of(Dim.sym("B"), Dim.of(3), Dim.sym("S"))));
        var w = b.input("w", new TensorType(DType.F32, Shape.of(8, 3, 3)));
        var bias = b.input("b", new TensorType(DType.F32, Shape.of(8)));
        var y = b.apply(EDGE, Origin.of("n"), x, w, bias);
        assertThat(y.shape().dim(2)).isEqualTo(Dim.sym("S").minus(Dim.ONE).floorDiv(Dim.of(2)).plus(Dim.ONE));
        b.output("y", y);
        assertReadsBack(b);
    }

    @Test
    void recurrenceReadsBack() {
        var b = new GraphBuilder("g");
        var tanh = Expr.apply(Fn.TANH, Expr.arg(0, DType.F32));
        var op = new Recurrence(Recurrence.Kind.LSTM, true, List.of(tanh, tanh, tanh), false, true, false, true);
        var batch = Dim.sym("B");
        Value[] operands = {
                b.input("p", new TensorType(DType.F32, Shape.of(Dim.sym("T"), batch, Dim.of(8)))),
                b.input("r", new TensorType(DType.F32, Shape.of(2, 8))),
                b.input("c", new TensorType(DType.F32, Shape.of(8))),
                b.input("h", new TensorType(DType.F32, Shape.of(batch, Dim.of(2)))),
                b.input("s", new TensorType(DType.F32, Shape.of(batch, Dim.of(2)))),
                b.input("l", new TensorType(DType.I64, Shape.of(batch)))};
        var results = b.add(op, List.of(operands), Origin.of("n"));
        assertThat(results).hasSize(3);
        b.output("y", results.getFirst());
        assertReadsBack(b);
    }

    /** One gate of two units by hand: h' = p + b + h w, without an activation. */
    @Test
    void recurrenceTakesStepsInOrder() {
        var id = Expr.arg(0, DType.F32);
        var p = TensorData.floats(new float[]{1, 2, 3, 4}, 2, 1, 2);
        var w = TensorData.floats(new float[]{1, 0, 0, 10}, 2, 2);
        var zero = TensorData.floats(new float[2], 1, 2);
        var bias = TensorData.floats(new float[]{0, 100}, 2);
        var forward = new Recurrence(Recurrence.Kind.RNN, false, List.of(id), false, false, false, false)
                .evaluate(List.of(p, w, bias, zero));
        assertThat(forward.get(0).floatArray()).containsExactly(1, 102, 4, 1124);
        assertThat(forward.get(1).floatArray()).containsExactly(4, 1124);
        var backward = new Recurrence(Recurrence.Kind.RNN, true, List.of(id), false, false, false, true)
                .evaluate(List.of(p, w, bias, zero, TensorData.longs(new long[]{1}, 1)));
        assertThat(backward.get(0).floatArray()).containsExactly(1, 102, 0, 0);
        assertThat(backward.get(1).floatArray()).containsExactly(1, 102);
    }

    private static void assertReadsBack(GraphBuilder builder) {
        var text = GraphPrinter.print(builder.build());
        assertThat(GraphPrinter.print(GraphParser.parse(text))).isEqualTo(text);
    }

    @Test
    void saysWhatDoesNotFit() {
        var b = new GraphBuilder("g");
        var x = b.input("x", new TensorType(DType.F32, Shape.of(1, 4, 9)));
        var w = b.input("w", new TensorType(DType.F32, Shape.of(8, 3, 3)));
        var op = new Conv(1, List.of(1), List.of(1), List.of(0), List.of(0), false);
        assertThatThrownBy(() -> b.apply(op, Origin.of("n"), x, w)).isInstanceOf(IrException.class)
                .hasMessageContaining("f32[1,4,9]");
        assertThatThrownBy(() -> new Conv(0, List.of(1), List.of(1), List.of(0), List.of(0), false))
                .isInstanceOf(IrException.class);
        assertThatThrownBy(() -> new Recurrence(Recurrence.Kind.GRU, false, List.of(), false, false, false, false))
                .isInstanceOf(IrException.class).hasMessageContaining("2 activations");
    }
}
