package dev.sinter.frontend.dsl;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a parameter's values shall be made into. */
sealed interface Annotation {
    /** {@return where it is written} */
    Place place();

    /** Of every {@code rows x columns} block, the share with the least sum of magnitudes becomes zero. */
    record Sparse(long rows, long columns, double share, Place place) implements Annotation {
    }

    /** Of every {@code of} neighbours along the last axis, all but the {@code kept} largest become zero. */
    record Structured(int kept, int of, Place place) implements Annotation {
    }

    /** Integers of some bits with scales; {@code group} is 0 for one scale a channel or tensor. */
    record Quantized(int bits, boolean channels, int axis, int group, Place place) implements Annotation {
    }

    /** How elements shall lie in memory; a wish that is kept as a fact. */
    record Laid(String layout, Place place) implements Annotation {
    }

    /** Parameters of each annotation, in order. */
    Map<String, List<String>> NAMES = Map.of("sparse", List.of("block", "share"), "int8", List.of("per", "axis"),
            "int4", List.of("group", "axis"), "layout", List.of("name"));

    /** Reads an annotation. */
    static Annotation of(Ast.Annotation a, Evaluation evaluation, Frame frame) {
        var names = NAMES.get(a.name().text());
        if (names == null) {
            throw frame.error(a.name().place(), "unknown annotation '@" + a.name() + "'"
                    + Suggestions.nearOrAll(a.name().text(), NAMES.keySet()));
        }
        var given = new HashMap<String, Item>();
        var positions = new ArrayList<>(names);
        for (var argument : a.arguments()) {
            var name = argument.name() != null ? argument.name().text()
                    : positions.isEmpty() ? "" : positions.getFirst();
            if (!positions.remove(name)) {
                throw frame.error(argument.value().place(), "@" + a.name() + " takes " + String.join(", ", names)
                        + ", each once");
            }
            // words such as 'channel' need no quotes
            var item = argument.value() instanceof Ast.Reference(var word) && frame.find(word.text()) == null
                    ? new Item.Words(word.text()) : evaluation.evaluate(argument.value(), frame);
            given.put(name, item);
        }
        return switch (a.name().text()) {
            case "sparse" -> sparse(a, given, frame);
            case "layout" -> given.get("name") instanceof Item.Words(var layout) && !layout.isBlank()
                    ? new Laid(layout, a.place())
                    : wrong(a, frame, "a name was expected, such as @layout(panel16)");
            case "int8" -> int8(a, given, frame);
            default -> new Quantized(4, true, integer(a, given, "axis", 0, frame),
                    integer(a, given, "group", 32, frame), a.place());
        };
    }

    private static Annotation wrong(Ast.Annotation a, Frame frame, String problem) {
        throw frame.error(a.place(), "@" + a.name() + ": " + problem);
    }

    private static int integer(Ast.Annotation a, Map<String, Item> given, String name, int otherwise, Frame frame) {
        var item = given.get(name);
        var value = item == null ? Long.valueOf(otherwise) : Item.integer(item);
        if (value == null || value != value.intValue()) {
            throw frame.error(a.place(), "@" + a.name() + ": a constant integer was expected as '" + name + "', not "
                    + (item == null ? "none" : item.describe()));
        }
        return value.intValue();
    }

    private static Annotation sparse(Ast.Annotation a, Map<String, Item> given, Frame frame) {
        var share = given.get("share") == null ? null : Item.number(given.get("share"));
        if (given.get("block") instanceof Item.Words(var pattern)) {
            var parts = pattern.split(":", -1);
            if (!given.containsKey("share") && parts.length == 2 && parts[0].matches("[0-9]{1,3}")
                    && parts[1].matches("[0-9]{1,3}") && Integer.parseInt(parts[0]) < Integer.parseInt(parts[1])) {
                return new Structured(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), a.place());
            }
            return wrong(a, frame, "two of four are written as @sparse(\"2:4\"), not \"" + pattern + "\"");
        }
        if (share == null || share < 0 || share >= 1) {
            return wrong(a, frame, "a share of zeros from 0 to below 1 was expected, such as @sparse(4x1, 0.9)");
        }
        return switch (given.get("block")) {
            case Item.BlockSize(long rows, long columns) when rows > 0 && columns > 0 && rows <= 4096
                    && columns <= 4096 -> new Sparse(rows, columns, share, a.place());
            case null, default -> wrong(a, frame, "a size of blocks was expected first, such as 4x1 or 1x1");
        };
    }

    private static Annotation int8(Ast.Annotation a, Map<String, Item> given, Frame frame) {
        var per = given.get("per") == null ? "channel" : given.get("per") instanceof Item.Words(var w) ? w : "";
        if (!Set.of("channel", "tensor").contains(per)) {
            return wrong(a, frame, "per = channel or per = tensor was expected");
        }
        return new Quantized(8, per.equals("channel"), integer(a, given, "axis", 0, frame), 0, a.place());
    }
}
