package dev.sinter.frontend;

import dev.sinter.frontend.dsl.DslException;
import dev.sinter.frontend.dsl.DslImporter;
import dev.sinter.frontend.dsl.TextFiles;
import dev.sinter.frontend.onnx.ExternalFiles;
import dev.sinter.frontend.onnx.ImportOptions;
import dev.sinter.frontend.onnx.OnnxImportException;
import dev.sinter.frontend.onnx.OnnxImporter;
import dev.sinter.ir.Graph;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Files with models of either kind: a name that ends in {@code .sinter}, in letters of any case, is a text's, every other an
 * ONNX file's.
 */
public final class ModelFiles {
    private static final String TEXT = ".sinter";
    private static final String ONNX = ".onnx";

    private ModelFiles() {
    }

    /**
     * Whether a file is a text of the model language.
     *
     * @param model
     *            a file
     * @return whether its name says so
     */
    public static boolean isText(Path model) {
        return endsWith(model, TEXT);
    }

    /**
     * A model file's name without what says of which kind it is.
     *
     * @param model
     *            a file with a name
     * @return such as {@code bert} for {@code models/bert.onnx}
     */
    public static String stem(Path model) {
        var name = String.valueOf(model.getFileName());
        for (var ending : List.of(TEXT, ONNX)) {
            if (endsWith(model, ending)) {
                return name.substring(0, name.length() - ending.length());
            }
        }
        return name;
    }

    private static boolean endsWith(Path file, String ending) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(ending);
    }

    /**
     * The graph of a model file.
     *
     * @param model
     *            of either kind
     * @param options
     *            sizes to fix
     * @return the graph
     * @throws DslException
     *             if the text is wrong
     * @throws OnnxImportException
     *             if the ONNX file can't be read or uses what is not supported
     */
    public static Graph read(Path model, ImportOptions options) {
        return isText(model) ? DslImporter.importModel(model, options) : OnnxImporter.importModel(model, options);
    }

    /**
     * The graph of a model in memory, which can't name files.
     *
     * @param model
     *            the bytes of a file of either kind
     * @param options
     *            sizes to fix
     * @return the graph
     * @throws DslException
     *             if the text is wrong
     * @throws OnnxImportException
     *             if the ONNX file can't be read or uses what is not supported
     */
    public static Graph read(byte[] model, ImportOptions options) {
        return DslImporter.looksLikeModel(model) ? DslImporter.importModel(model, options)
                : OnnxImporter.importModel(model, null, options);
    }

    /**
     * The files that decide what a model is compiled to: compiling it again gives something else only if one of them
     * changes. Those of an ONNX file are itself and its external data; to a text belongs also what is {@linkplain TextFiles
     * named} in it, with the files of that. There may be some more, and all lie in the model's folder or below.
     *
     * @param model
     *            of either kind
     * @return absolute paths
     * @throws OnnxImportException
     *             if the model is an ONNX file that can't be read
     * @throws IOException
     *             if the folder can't be searched
     */
    public static SortedSet<Path> of(Path model) throws IOException {
        var root = model.toAbsolutePath().normalize();
        var found = new TreeSet<Path>(List.of(root));
        var pending = new ArrayDeque<Path>(List.of(root));
        while (!pending.isEmpty()) {
            var file = pending.pop();
            if (isText(file)) {
                for (var named : TextFiles.of(file)) {
                    if (found.add(named)) {
                        pending.push(named);
                    }
                }
            } else if (file.equals(root) || endsWith(file, ONNX)) {
                try {
                    found.addAll(ExternalFiles.of(file));
                } catch (OnnxImportException e) {
                    if (file.equals(root)) {
                        throw e;
                    }
                    // A file that a text names but doesn't load may be anything.
                }
            }
        }
        return Collections.unmodifiableSortedSet(found);
    }
}
