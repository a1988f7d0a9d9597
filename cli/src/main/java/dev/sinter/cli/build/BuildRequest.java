package dev.sinter.cli.build;

import dev.sinter.runtime.ModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a build tool asks for: a file of properties in UTF-8. Those of a model begin with {@code model.N.}, N counting
 * from 0.
 *
 * <pre>
 * response       file to write about what was done
 * model.0.file   the model
 * model.0.package, class          of its typed class; without one as for sinter compile
 * model.0.classes, sources        folders to write to
 * model.0.dim.NAME                size of a symbolic dimension
 * model.0.winograd, fastMath, exactIntegers, tune, tuneCache, tuneSeconds
 * model.0.maxArtifactBytes        limit
 * model.0.case.K                  folders of reference cases
 * model.0.maxDifference           limit
 * model.0.maxLatency              limit, times that of:
 * model.0.baseline                another model, or
 * model.0.baselineMicros          so many microseconds
 * model.0.latencyDim.NAME         size of a symbolic dimension while time is taken
 * model.0.latencySeconds          how long time is taken
 * </pre>
 *
 * @param response
 *            file to write about what was done
 * @param models
 *            what to compile
 */
record BuildRequest(Path response, List<ModelRequest> models) {
    /**
     * A model to compile.
     *
     * @param file
     *            the model
     * @param classes
     *            folder for classes and weights
     * @param sources
     *            folder for Java source
     * @param dims
     *            sizes of symbolic dimensions
     * @param settings
     *            everything else, by key
     */
    record ModelRequest(Path file, Path classes, Path sources, Map<String, Long> dims, Settings settings) {
    }

    /** Values by key, read as what is expected. */
    static final class Settings {
        private final Map<String, String> values;
        private final Set<String> unread;
        private final String where;

        Settings(String where, Map<String, String> values) {
            this.where = where;
            this.values = values;
            this.unread = new TreeSet<>(values.keySet());
        }

        String required(String key) {
            return text(key).orElseThrow(() -> new ModelException(where + " has no " + key));
        }

        Optional<String> text(String key) {
            unread.remove(key);
            return Optional.ofNullable(values.get(key)).filter(v -> !v.isBlank());
        }

        boolean flag(String key, boolean otherwise) {
            return text(key).map(text -> switch (text) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new ModelException(where + ", " + key + ": true or false was expected, got " + text);
            }).orElse(otherwise);
        }

        Optional<Double> number(String key) {
            return text(key).map(text -> {
                try {
                    double number = Double.parseDouble(text);
                    if (number >= 0) {
                        return number;
                    }
                } catch (NumberFormatException e) {
                    // said below
                }
                throw new ModelException(where + ", " + key + ": a number of at least 0 was expected, got " + text);
            });
        }

        Optional<Long> whole(String key) {
            return text(key).map(text -> {
                try {
                    long number = Long.parseLong(text);
                    if (number >= 0) {
                        return number;
                    }
                } catch (NumberFormatException e) {
                    // said below
                }
                throw new ModelException(
                        where + ", " + key + ": a whole number of at least 0 was expected, got " + text);
            });
        }

        /** Keys that go on behind a prefix. */
        Map<String, Long> sizes(String prefix) {
            var sizes = new LinkedHashMap<String, Long>();
            for (var key : values.keySet()) {
                if (key.startsWith(prefix)) {
                    whole(key).ifPresent(size -> sizes.put(key.substring(prefix.length()), size));
                }
            }
            return sizes;
        }

        List<String> all(String prefix) {
            var found = new ArrayList<String>();
            for (int i = 0; values.containsKey(prefix + i); i++) {
                found.add(required(prefix + i));
            }
            return found;
        }

        void requireAllRead() {
            if (!unread.isEmpty()) {
                throw new ModelException(where + " has unknown keys: " + unread);
            }
        }
    }

    /** Reads a request. */
    static BuildRequest read(Path file) throws IOException {
        var properties = new Properties();
        try (var in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(in);
        }
        var own = new TreeMap<String, String>();
        var models = new TreeMap<Integer, Map<String, String>>();
        for (var key : properties.stringPropertyNames()) {
            var parts = key.split("\\.", 3);
            if (parts.length == 3 && parts[0].equals("model") && parts[1].matches("\\d{1,6}")) {
                models.computeIfAbsent(Integer.valueOf(parts[1]), _ -> new TreeMap<>()).put(parts[2],
                        properties.getProperty(key));
            } else {
                own.put(key, properties.getProperty(key));
            }
        }
        var settings = new Settings(file.toString(), own);
        var response = Path.of(settings.required("response"));
        settings.requireAllRead();
        var requests = models.entrySet().stream()
                .map(m -> model(new Settings(file + ", model " + m.getKey(), m.getValue()))).toList();
        return new BuildRequest(response, requests);
    }

    private static ModelRequest model(Settings settings) {
        return new ModelRequest(Path.of(settings.required("file")), Path.of(settings.required("classes")),
                Path.of(settings.required("sources")), settings.sizes("dim."), settings);
    }
}
