package dev.sinter.frontend.dsl;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Names that every text knows: element types and numbers. */
final class KnownNames {
    private static final Map<String, Item> NUMBERS = Map.of("inf", new Item.Real(Double.POSITIVE_INFINITY),
            "pi", new Item.Real(Math.PI), "lowest", new Item.Real(-Float.MAX_VALUE));

    private KnownNames() {
    }

    /** What a name always stands for, or null. */
    static @Nullable Item constant(String name) {
        var type = Shapes.dtype(name);
        return type != null ? new Item.Type(type) : NUMBERS.get(name);
    }

    /** Names of the numbers. */
    static Set<String> numbers() {
        return NUMBERS.keySet();
    }
}
