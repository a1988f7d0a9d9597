package dev.sinter.cli;

import dev.sinter.ir.cost.Choice;
import dev.sinter.runtime.ModelInfo;
import java.util.List;

/** Parts of a model as JSON, which {@code inspect --json} and the report have alike. */
public final class ModelJson {
    private ModelJson() {
    }

    /**
     * Symbols with their ranges.
     *
     * @param info
     *            of a model
     * @return those that callers know of
     */
    public static List<JsonObject> symbols(ModelInfo info) {
        return info.symbols().stream().filter(s -> !s.isCapacity())
                .map(s -> new JsonObject().put("name", s.name()).put("min", s.min()).put("max", s.max())).toList();
    }

    /**
     * A choice by cost.
     *
     * @param choice
     *            what was chosen
     * @return it, with what each way costs
     */
    public static JsonObject of(Choice choice) {
        return new JsonObject().put("kind", choice.kind()).put("about", choice.about()).put("picked", choice.picked())
                .put("measured", choice.measured()).put("why", choice.why())
                .put("costs", choice.costs().stream()
                        .map(c -> new JsonObject().put("way", c.way()).put("nanos", Math.round(c.nanos()))).toList());
    }
}
