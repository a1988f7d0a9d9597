package dev.sinter.frontend.onnx.export;
import dev.sinter.ir.Node;
import dev.sinter.ir.op.Scatter;
import java.util.List;
final class Scatters {
    static Ref export(Scatter op, Node node, Site site) { throw new Unexportable("not yet"); }
}
