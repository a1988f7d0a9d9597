package dev.sinter.frontend.dsl;

import dev.sinter.frontend.onnx.ImportOptions;
import dev.sinter.frontend.onnx.ops.LiveNodes;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;

/** Makes a graph of core ops from a text of the model language. */
public final class DslImporter {
    private DslImporter() {
    }

    /**
     * Imports a model file.
     *
     * @param file
     *            a text with one model; what it imports and loads is looked for in its folder and below
     * @param options
     *            sizes to fix
     * @return the graph; inputs and outputs have the names and the order of the text, states come behind the outputs
     * @throws DslException
     *             if the text is wrong; the message has its place
     */
    public static Graph importModel(Path file, ImportOptions options) {
        var path = file.toAbsolutePath();
        var name = String.valueOf(path.getFileName());
        try {
            return importModel(Library.read(path, name), options);
        } catch (IOException e) {
            throw new DslException(new Place(new Source(name, "", null), 1, 1, 1), "can't be read: " + e.getMessage());
        }
    }

    /**
     * Imports a model from memory.
     *
     * @param bytes
     *            a text in UTF-8 with one model; it can import and load nothing
     * @param options
     *            sizes to fix
     * @return the graph
     * @throws DslException
     *             if the text is wrong; the message has its place
     */
    public static Graph importModel(byte[] bytes, ImportOptions options) {
        try {
            return importModel(new Source("model.sinter", Library.text(bytes), null), options);
        } catch (IOException e) {
            throw new DslException(new Place(new Source("model.sinter", "", null), 1, 1, 1), e.getMessage());
        }
    }

    /**
     * Whether bytes look like a text of the model language rather than like an ONNX file: behind comments, a word that
     * begins such a text.
     *
     * @param bytes
     *            a file's content
     * @return whether to import it here
     */
    public static boolean looksLikeModel(byte[] bytes) {
        int at = 0;
        while (at < bytes.length) {
            if (bytes[at] == '#') {
                while (at < bytes.length && bytes[at] != '\n') {
                    at++;
                }
            } else if (!Character.isWhitespace(bytes[at])) {
                break;
            } else {
                at++;
            }
        }
        var start = new StringBuilder();
        while (at < bytes.length && start.length() < 8 && Character.isLetter(bytes[at])) {
            start.append((char) bytes[at++]);
        }
        return switch (start.toString()) {
            case "model", "fn", "import" -> true;
            default -> false;
        };
    }

    private static Graph importModel(Source source, ImportOptions options) {
        var library = new Library();
        var module = library.module(source);
        var models = module.unit().models();
        if (models.size() != 1) {
            var place = models.isEmpty() ? new Place(source, 1, 1, 1) : models.get(1).name().place();
            throw new DslException(place, models.isEmpty() ? "a model was expected: 'model name { ... }'"
                    : "one model in a file was expected, this is the second");
        }
        library.modules().forEach(Checker::check);
        Checker.check(module);
        var parameters = new Parameters();
        var model = models.getFirst();
        var learned = lower(model, module, options, new Symbols(), parameters);
        // As with ONNX: what type rules learned of the symbols simplifies sizes that were computed before.
        var symbols = new Symbols();
        var bounds = learned.symbols().bounds();
        var names = new LinkedHashSet<String>();
        for (var port : learned.inputs()) {
            if (port.value().type() instanceof TensorType t) {
                t.shape().dims().forEach(d -> names.addAll(d.symbols()));
            }
        }
        names.forEach(n -> symbols.declare(n, bounds.getOrDefault(n, Symbols.Bounds.ANY)));
        boolean narrowed = symbols.bounds().values().stream().anyMatch(b -> !b.equals(Symbols.Bounds.ANY));
        return narrowed ? lower(model, module, options, symbols, parameters) : learned;
    }

    private static Graph lower(Ast.Model model, Module module, ImportOptions options, Symbols symbols,
            Parameters parameters) {
        parameters.restart();
        return new LiveNodes().ofModel(
                new Elaboration(model, module, options.dims(), symbols, parameters).run());
    }
}
