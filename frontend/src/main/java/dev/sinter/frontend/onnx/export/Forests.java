package dev.sinter.frontend.onnx.export;
import dev.sinter.ir.Node;
import dev.sinter.ir.op.Trees;
import java.util.List;
final class Forests {
    static Ref export(Trees op, Node node, Site site) { throw new Unexportable("not yet"); }
}
