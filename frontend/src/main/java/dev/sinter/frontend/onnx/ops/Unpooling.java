package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.op.Compute;
import dev.sinter.ir.op.Scatter;
import java.util.ArrayList;
import java.util.List;

/**
 * MaxUnpool (9, 11, 22): elements put where a MaxPool says it found them, zeros elsewhere.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__MaxUnpool.html">MaxUnpool</a>
 */
final class Unpooling {
    static final List<OnnxOp> OPS = List.of(onnx("MaxUnpool", 9, Unpooling::maxUnpool));

    private Unpooling() {
    }

    /**
     * The indices count within the shape that the attributes say; where another one is given as input, the elements
     * stand at its beginning.
     */
    static List<Operand> maxUnpool(NodeContext node) {
        var x = node.simplify(node.shape(0));
        var type = node.type(0).dtype();
        int n = x.rank() - 2;
        var kernel = node.attributes().integers("kernel_shape");
        if (kernel == null || kernel.length != n) {
            throw node.error("attribute 'kernel_shape' of " + n + " axes was expected");
        }
        var strides = Window.each(node, "strides", n);
        var pads = Window.pads(node, n);
        var dims = new ArrayList<>(x.dims().subList(0, 2));
        for (int i = 0; i < n; i++) {
            dims.add(x.dim(i + 2).minus(Dim.ONE).times(Dim.of(strides.get(i))).plus(Dim.of(kernel[i]))
                    .minus(pads.get(i)).minus(pads.get(i + n)));
        }
        var shape = node.simplify(new Shape(dims));
        var zeros = node.expand(node.scalar(type, 0), Shape.of(shape.size()));
        var flat = Shape.of(x.size());
        var f = new Formula();
        var index = f.operand(2, DType.I64).at(Compute.axis(0));
        var scatter = new Scatter(flat, List.of(index), f.operand(1, type).at(Compute.axis(0)));
        var placed = node.reshape(node.apply(scatter, zeros, node.reshape(node.value(0), flat),
                node.reshape(node.value(1), flat)), shape);
        if (!node.has(2)) {
            return node.results(placed);
        }
        var target = new Shape(node.content(2));
        var read = f.operand(0, type).or(Expr.literal(0, type), Formula.axes(x.rank()));
        return node.results(target.equals(shape) ? placed : node.compute(target, read, placed));
    }
}
