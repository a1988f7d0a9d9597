package dev.sinter.frontend.dsl;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The parameters of a model: their values and annotations by full name. Values are made once for all passes. */
final class Parameters {
    private static final long MOST_ELEMENTS = Integer.MAX_VALUE - 16;
    /** The part of the heap that parameters may fill. */
    private static final double SHARE = 0.5;

    /** A file of the model that has values by name. */
    private record FromFile(WeightFile file, String prefix, boolean partial, Ast.Weights statement) {
    }

    /** What a parameter's values are said to be, and where. */
    private record Initial(Item item, Place place, Frame frame) {
    }

    /** What holds for parameters of matching names: annotations, or values. */
    private record Rule(Ast.Text text, Pattern pattern, List<Annotation> annotations, @Nullable Initial initial) {
        Rule(Ast.Text text, List<Annotation> annotations, @Nullable Initial initial) {
            this(text, pattern(text), annotations, initial);
        }

        /** Stars stand for anything. */
        private static Pattern pattern(Ast.Text text) {
            return Pattern.compile(Arrays.stream(text.value().split("\\*", -1)).map(Pattern::quote)
                    .collect(Collectors.joining(".*")));
        }

        boolean matches(String name) {
            return pattern.matcher(name).matches();
        }
    }

    private final Map<String, TensorData> made = new HashMap<>();
    private final Map<Path, WeightFile> files = new HashMap<>();
    private final Map<String, Place> seen = new LinkedHashMap<>();
    private final List<FromFile> sources = new ArrayList<>();
    private final List<Rule> rules = new ArrayList<>();
    private long bytes;

    /** Begins a pass: names are free again, values are kept. */
    void restart() {
        seen.clear();
        sources.clear();
        rules.clear();
        bytes = 0;
    }

    /** {@return names of all parameters, in order} */
    List<String> names() {
        return List.copyOf(seen.keySet());
    }

    void weights(Ast.Weights w, Frame frame) {
        requireEarly(w.place(), "weights", frame);
        var prefix = w.prefix() == null ? "" : w.prefix().value();
        sources.add(new FromFile(open(w.file().value(), w.file().place(), frame), prefix, w.partial(), w));
    }

    void annotate(Ast.Annotate a, Frame frame, Elaboration model) {
        requireEarly(a.place(), "annotate", frame);
        rules.add(new Rule(a.pattern(), a.annotations().stream().map(n -> Annotation.of(n, model.evaluation(), frame))
                .toList(), null));
    }

    void initialize(Ast.Initialize i, Frame frame, Elaboration model) {
        requireEarly(i.place(), "initialize", frame);
        rules.add(new Rule(i.pattern(), List.of(), new Initial(model.evaluation().evaluate(i.value(), frame),
                i.value().place(), frame)));
    }

    private void requireEarly(Place place, String what, Frame frame) {
        if (!seen.isEmpty()) {
            throw frame.error(place, "'" + what + "' was expected before the first parameter, which is '"
                    + seen.keySet().iterator().next() + "'");
        }
    }

    /** Complains of rules that meant no parameter. */
    void checkRules(Frame frame) {
        for (var rule : rules) {
            if (seen.keySet().stream().noneMatch(rule::matches)) {
                var text = rule.text();
                throw frame.error(text.place(), "no parameter is called \"" + text.value() + "\""
                        + Suggestions.near(text.value(), seen.keySet()));
            }
        }
    }

    /** A parameter as a tensor. */
    Item parameter(Ast.Param p, Frame frame, Elaboration model) {
        var name = name(p, frame, model);
        var earlier = seen.putIfAbsent(name, frame.seen(p.place()));
        if (earlier != null) {
            throw frame.error(p.name().place(), "a second parameter '" + name + "'; the first is of line "
                    + earlier.line() + " of " + earlier.source().name() + ", and 'as' gives a call another name");
        }
        var type = model.evaluation().shapes().type(p.type(), frame);
        var dims = sizes(type, p, name, frame);
        var annotations = new ArrayList<>(p.annotations().stream()
                .map(a -> Annotation.of(a, model.evaluation(), frame)).toList());
        rules.stream().filter(r -> r.matches(name)).forEach(r -> annotations.addAll(r.annotations()));
        var values = made.get(name);
        if (values == null) {
            values = values(p, name, type.dtype(), dims, frame, model);
            made.put(name, values);
        }
        return new Annotated(name, p.name().place(), frame, model).apply(values, annotations);
    }

    private static String name(Ast.Param p, Frame frame, Elaboration model) {
        return frame.full(p.called() == null ? p.name().text() : model.evaluation().interpolated(p.called(), frame));
    }

    private long[] sizes(TensorType type, Ast.Param p, String name, Frame frame) {
        long n = 1;
        for (var dim : type.shape().dims()) {
            if (!(dim instanceof Dim.Const(long size))) {
                throw frame.error(p.type().place(), "constant sizes were expected of parameter '" + p.name() + "', not "
                        + type);
            }
            n = size == 0 ? 0 : n > MOST_ELEMENTS ? n : Math.multiplyExact(n, size);
        }
        if (n > MOST_ELEMENTS) {
            throw frame.error(p.type().place(), "parameter '" + name + "' of type " + type
                    + " has more than " + MOST_ELEMENTS + " elements");
        }
        if (type.dtype() == DType.STRING || type.dtype().kind() == DType.Kind.COMPLEX) {
            throw frame.error(p.type().place(), "numbers or truth values were expected as a parameter, not " + type);
        }
        bytes += n * Math.max(1, type.dtype().bits() / 8);
        long most = (long) (SHARE * Runtime.getRuntime().maxMemory());
        if (bytes > most) {
            throw frame.error(p.type().place(), "the parameters up to '" + name + "' take "
                    + (bytes >> 20) + " MiB, and this JVM has room for " + (most >> 20)
                    + " MiB of them; -Xmx gives it more");
        }
        return type.shape().toLongs();
    }

    private TensorData values(Ast.Param p, String name, DType dtype, long[] dims, Frame frame, Elaboration model) {
        for (var source : sources) {
            var key = source.prefix() + name;
            if (source.file().names().contains(key)) {
                return read(source.file(), key, dtype, dims, p.name().place(), frame);
            }
            if (!source.partial() && p.initial() == null) {
                throw frame.error(p.name().place(), "parameter '" + name + "' was expected in "
                        + source.file().name() + " as \"" + key + "\""
                        + Suggestions.near(key, source.file().names()));
            }
            if (!source.partial() && !isLoad(p.initial())) {
                throw frame.error(p.name().place(), "parameter '" + name + "' was expected in "
                        + source.file().name() + " as \"" + key + "\"" + Suggestions.near(key, source.file().names())
                        + "; 'partial' behind the file's name lets initializers make what it does not have");
            }
        }
        var initial = initial(p, name, frame, model);
        var item = initial.item();
        try {
            var data = item instanceof Item.Initial(var initializer) ? initializer.make(dtype, dims, name)
                    : item instanceof Item.Items ? Literals.tensor(item, dtype)
                            : Item.number(item) instanceof Double value
                                    ? ((Item.Initial) Initializers.constant(value)).initializer().make(dtype, dims,
                                            name)
                                    : null;
            if (data == null) {
                throw initial.frame().error(initial.place(), "an initializer, a number or a table was expected, not "
                        + item.describe());
            }
            return fitting(data, dtype, dims, initial.place(), "the table", initial.frame());
        } catch (IllegalArgumentException e) {
            throw initial.frame().error(initial.place(), "parameter '" + name + "': " + e.getMessage());
        }
    }

    /** The last 'initialize' that means the parameter, or what it says itself. */
    private Initial initial(Ast.Param p, String name, Frame frame, Elaboration model) {
        Initial found = null;
        for (var rule : rules) {
            if (rule.initial() != null && rule.matches(name)) {
                found = rule.initial();
            }
        }
        if (found != null) {
            return found;
        }
        if (p.initial() == null) {
            throw frame.error(p.name().place(), "parameter '" + name
                    + "' has no values: an initializer, such as '= normal(0.02)', or 'weights \"FILE\"' was expected");
        }
        return new Initial(model.evaluation().evaluate(p.initial(), frame), p.initial().place(), frame);
    }

    private static boolean isLoad(Ast.@Nullable Expression initial) {
        return initial instanceof Ast.Call call && call.name().text().equals("load");
    }

    private static TensorData fitting(TensorData data, DType dtype, long[] dims, Place place, String what,
            Frame frame) {
        var wanted = TensorType.of(dtype, dims);
        if (!data.type().equals(wanted)) {
            throw frame.error(place, wanted + " was expected, " + what + " is " + data.type());
        }
        return data;
    }

    private static TensorData read(WeightFile file, String key, DType dtype, long[] dims, Place place, Frame frame) {
        try {
            return fitting(file.read(key), dtype, dims, place, "\"" + key + "\" in " + file.name(), frame);
        } catch (WeightFileException e) {
            throw frame.error(place, file.name() + ": " + e.getMessage());
        }
    }

    /** Values of one array of a file. */
    Item.Initializer load(Item.Words file, Item key, Place place, Frame frame) {
        var weights = open(file.value(), place, frame);
        return (dtype, dims, name) -> {
            var names = weights.names();
            String wanted = key instanceof Item.Words(var words) ? words : names.size() == 1 ? names.iterator().next()
                    : name;
            if (!names.contains(wanted)) {
                throw frame.error(place, weights.name() + " has no array \"" + wanted + "\""
                        + Suggestions.near(wanted, names));
            }
            return read(weights, wanted, dtype, dims, place, frame);
        };
    }

    private WeightFile open(String file, Place place, Frame frame) {
        try {
            var path = Folder.file(place.source(), file);
            var known = files.get(path);
            if (known != null) {
                return known;
            }
            var opened = WeightFile.open(path, file);
            files.put(path, opened);
            return opened;
        } catch (WeightFileException e) {
            throw frame.error(place, "\"" + file + "\": " + e.getMessage());
        }
    }
}
