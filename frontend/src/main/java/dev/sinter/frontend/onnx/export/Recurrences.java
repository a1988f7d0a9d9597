package dev.sinter.frontend.onnx.export;
import dev.sinter.ir.Node;
import dev.sinter.ir.op.Recurrence;
import java.util.List;
final class Recurrences {
    static List<Ref> export(Recurrence op, Node node, Site site) { throw new Unexportable("not yet"); }
}
