package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.OnnxTypes;
import dev.sinter.ir.DType;
import dev.sinter.ir.Type;
import java.util.List;
import java.util.Map;

/** Routines for sequences and optional values. */
final class Containers {
    private Containers() {
    }

    static void addTo(Map<String, Routines.Writer> all) {
        all.put("sequence.empty", call -> call.as("SequenceEmpty",
                List.of(Attribute.of("dtype", OnnxTypes.code(DType.of(call.text("dtype")))))));
        all.put("sequence.construct", call -> call.as("SequenceConstruct", List.of()));
        all.put("sequence.at", call -> call.as("SequenceAt", List.of()));
        all.put("sequence.insert", call -> call.as("SequenceInsert", List.of()));
        all.put("sequence.erase", call -> call.as("SequenceErase", List.of()));
        all.put("sequence.length", call -> call.as("SequenceLength", List.of()));
        all.put("sequence.concat", call -> call.as("ConcatFromSequence", call.integers("axis", "new_axis")));
        all.put("split.to_sequence", call -> call.as("SplitToSequence", call.integers("axis", "keepdims")));
        all.put("optional.make", Containers::optional);
        all.put("optional.has", call -> call.as("OptionalHasElement", List.of()));
        all.put("optional.get", call -> call.as("OptionalGetElement", List.of()));
    }

    private static List<Ref> optional(Call call) {
        if (!call.node().inputs().isEmpty()) {
            return call.as("Optional", List.of());
        }
        if (!(call.op().results().getFirst() instanceof Type.Optional(var element))) {
            throw new Unexportable("an optional type was expected, not " + call.op().results());
        }
        return call.as("Optional", List.of(Attribute.of("type", Types.of(element))));
    }
}
