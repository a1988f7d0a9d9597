package dev.sinter.frontend.dsl;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names that every text knows: element types and numbers. */
final class Names {
    private static final Map<String, Item> NUMBERS = Map.of("inf", new Item.Real(Double.POSITIVE_INFINITY),
            "pi", new Item.Real(Math.PI), "lowest", new Item.Real(-Float.MAX_VALUE));

    private Names() {
    }

    /** What a name always stands for, or null. */
    static @Nullable Item constant(String name) {
        var type = Shapes.dtype(name);
        return type != null ? new Item.Type(type) : NUMBERS.get(name);
    }

    /** Names of the numbers. */
    static java.util.Set<String> numbers() {
        return NUMBERS.keySet();
    }
}
