package dev.sinter;

import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import java.io.InputStream;
import java.nio.file.Path;

/**
 * Compiles model files to Java bytecode.
 *
 * <pre>{@code
 * Model model = Sinter.compile(Path.of("model.onnx"));
 * Outputs out = model.run(Map.of("input_ids", Tensor.of(ids, 1, 128)));
 * Sinter.compiler().dim("batch", 1).compileToJar(Path.of("model.onnx"), Path.of("model.jar"));
 * }</pre>
 */
public final class Sinter {
    /** The compiler's version. */
    public static final String VERSION = "0.1.0-SNAPSHOT";

    private Sinter() {
    }

    /**
     * Compiles a model into this JVM with the default options.
     *
     * @param model
     *            an ONNX file, or a text of the model language whose name ends in {@code .sinter}
     * @return the model, ready to run
     * @throws ModelException
     *             if the file can't be read, is broken or uses what is not supported; it lists all problems at once
     */
    public static Model compile(Path model) {
        return compiler().compile(model);
    }

    /**
     * Compiles a model into this JVM with the default options.
     *
     * @param model
     *            the bytes of an ONNX file without external data, or of a text of the model language
     * @return the model, ready to run
     * @throws ModelException
     *             if it is broken or uses what is not supported; it lists all problems at once
     */
    public static Model compile(byte[] model) {
        return compiler().compile(model);
    }

    /**
     * Compiles a model into this JVM with the default options.
     *
     * @param model
     *            gives the bytes of an ONNX file without external data; read to its end, not closed
     * @return the model, ready to run
     * @throws ModelException
     *             if it can't be read, is broken or uses what is not supported; it lists all problems at once
     */
    public static Model compile(InputStream model) {
        return compiler().compile(model);
    }

    /** {@return a compiler with the default options, to be changed by its methods} */
    public static Compiler compiler() {
        return Compiler.DEFAULT;
    }
}
