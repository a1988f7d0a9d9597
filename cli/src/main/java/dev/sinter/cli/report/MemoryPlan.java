package dev.sinter.cli.report;

import dev.sinter.cli.JsonObject;
import dev.sinter.runtime.ArenaPart;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Session;
import dev.sinter.runtime.StepListener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Where the arenas have what, and when. The blocks of a script run one after the other in the same arenas, with sizes that
 * may come from data: so they are seen in a run, each as it needed most.
 *
 * @param blocks
 *            parts by the block's number; of a model without a script there is one, 0
 */
record MemoryPlan(Map<Integer, List<ArenaPart>> blocks) {
    /** Nothing is known. */
    static final MemoryPlan NONE = new MemoryPlan(Map.of());

    /** The plan of a model without a script, which sizes tell. */
    static MemoryPlan of(Model model, Map<String, Long> sizes) {
        return new MemoryPlan(Map.of(0, model.arenaParts(sizes)));
    }

    /** The plan of a model with a script, of a run. */
    static MemoryPlan of(Session session) {
        var blocks = new TreeMap<Integer, List<ArenaPart>>();
        session.profile(new StepListener() {
            @Override
            public void step(int step, long nanos) {
                // only memory is looked at
            }

            @Override
            public void block(int block, Supplier<List<ArenaPart>> memory) {
                blocks.merge(block, memory.get(), (a, b) -> bytes(a) >= bytes(b) ? a : b);
            }
        });
        return new MemoryPlan(blocks);
    }

    /** What all arenas together need for some parts. */
    private static long bytes(List<ArenaPart> parts) {
        var ends = new HashMap<Object, Long>();
        parts.forEach(p -> ends.merge(p.storage(), p.offset() + p.bytes(), Math::max));
        return ends.values().stream().mapToLong(Long::longValue).sum();
    }

    /** {@return what the arenas of a call need: of blocks, what those that need most have of each arena} */
    long bytes() {
        return bytes(blocks.values().stream().flatMap(List::stream).toList());
    }

    /** {@return for each block and arena that is needed: its parts, the block with the greatest need first} */
    List<JsonObject> json() {
        return blocks.entrySet().stream()
                .sorted((a, b) -> Long.compare(bytes(b.getValue()), bytes(a.getValue())))
                .flatMap(e -> arenas(e.getKey(), e.getValue()).stream()).toList();
    }

    private static List<JsonObject> arenas(int block, List<ArenaPart> parts) {
        var byStorage = new TreeMap<String, List<JsonObject>>();
        for (int i = 0; i < parts.size(); i++) {
            var part = parts.get(i);
            if (part.bytes() > 0) {
                byStorage.computeIfAbsent(part.storage().label(), s -> new ArrayList<>())
                        .add(new JsonObject().put("name", "a" + i).put("first", part.firstStep())
                                .put("last", part.lastStep()).put("offset", part.offset()).put("bytes", part.bytes())
                                .put("perWorker", part.perWorker()));
            }
        }
        return byStorage.entrySet().stream().map(e -> new JsonObject().put("block", block).put("storage", e.getKey())
                .put("parts", e.getValue())).toList();
    }
}
