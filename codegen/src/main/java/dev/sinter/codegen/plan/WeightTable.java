package dev.sinter.codegen.plan;

import dev.sinter.ir.TensorData;
import dev.sinter.runtime.Texts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Lays out the weight segment of a model; all its blocks share one. */
final class WeightTable {
    private static final int ALIGNMENT = 64;
    /** Bytes behind the last weight: kernels that go through panels make sure once that so many are there. */
    private static final int BEHIND_PANELS = 33 * 1024;

    private final List<WeightItem> items = new ArrayList<>();
    private final Map<Key, WeightItem> known = new HashMap<>();
    private long bytes;

    private record Key(TensorData data, WeightItem.Form form) {
    }

    /** A constant's place; equal constants have one. */
    WeightItem put(TensorData data, WeightItem.Form form) {
        return known.computeIfAbsent(new Key(data, form), key -> {
            long length = data.array() instanceof String[] texts ? Texts.size(texts)
                    : form.size(data) * (form == WeightItem.Form.PLAIN ? (data.dtype().bits() + 7) / 8
                            : Operand.storage(data.dtype()).bytes());
            var made = new WeightItem(bytes, length, data, form);
            items.add(made);
            bytes = (bytes + length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
            return made;
        });
    }

    /** A constant's place, its elements in row-major order. */
    WeightItem plain(TensorData data) {
        return put(data, WeightItem.Form.PLAIN);
    }

    /** {@return all constants so far} */
    List<WeightItem> items() {
        return items;
    }

    /** {@return length of the segment: a vector that begins within the last weight may end behind it} */
    long bytes() {
        boolean panels = items.stream().anyMatch(item -> item.form() == WeightItem.Form.WINDOW16);
        return items.isEmpty() ? 0 : bytes + (panels ? BEHIND_PANELS : ALIGNMENT);
    }
}
