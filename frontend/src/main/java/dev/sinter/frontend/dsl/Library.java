package dev.sinter.frontend.dsl;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the texts a text imports; each is read once. The standard library is seen by all. */
final class Library {
    private static final List<String> STANDARD = List.of("primitives.sinter", "layers.sinter");

    private final List<Module> standard = new ArrayList<>();
    private final Map<Path, Module> loaded = new LinkedHashMap<>();
    private final List<Path> loading = new ArrayList<>();

    Library() {
        for (var name : STANDARD) {
            standard.add(new Module(Parsing.unit(new Source(Source.STANDARD + name, resource(name), null)), standard));
        }
    }

    private static String resource(String name) {
        try (var in = Library.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the standard library lacks " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the modules of the standard library} */
    List<Module> standard() {
        return List.copyOf(standard);
    }

    /** Every module read so far, the standard library's aside. */
    List<Module> modules() {
        return List.copyOf(loaded.values());
    }

    /** A text and all it imports. */
    Module module(Source source) {
        var unit = Parsing.unit(source);
        for (var primitive : unit.primitives()) {
            throw new DslException(primitive.name().place(),
                    "primitives are the standard library's; 'fn' declares a function");
        }
        var imports = new ArrayList<>(standard);
        for (var text : unit.imports()) {
            imports.add(imported(source, text));
        }
        return new Module(unit, imports);
    }

    private Module imported(Source from, Ast.Text text) {
        try {
            var file = Folder.file(from, text.value()).toRealPath();
            if (loading.contains(file)) {
                throw new DslException(text.place(), "\"" + text.value() + "\" imports itself, by way of "
                        + String.join(", ", loading.stream().map(p -> p.getFileName().toString()).toList()));
            }
            var known = loaded.get(file);
            if (known != null) {
                return known;
            }
            loading.add(file);
            var module = module(read(file, text.value()));
            loading.remove(file);
            loaded.put(file, module);
            if (!module.unit().models().isEmpty()) {
                throw new DslException(text.place(), "a text of functions was expected, \"" + text.value()
                        + "\" has a model");
            }
            return module;
        } catch (WeightFileException | IOException e) {
            throw new DslException(text.place(), "\"" + text.value() + "\" can't be imported: " + e.getMessage());
        }
    }

    /**
     * Reads a text.
     *
     * @throws IOException
     *             if it can't be read, or is no UTF-8
     */
    static Source read(Path file, String name) throws IOException {
        if (Files.size(file) > 4L * Parsing.LONGEST) {
            throw new IOException("a text of at most " + Parsing.LONGEST + " characters was expected");
        }
        return new Source(name, text(Files.readAllBytes(file)), file.toAbsolutePath().getParent());
    }

    /** Bytes as UTF-8. */
    static String text(byte[] bytes) throws IOException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new IOException("a text in UTF-8 was expected", e);
        }
    }
}
