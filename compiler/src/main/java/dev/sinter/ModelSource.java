package dev.sinter;

import dev.sinter.frontend.ModelFiles;
import dev.sinter.frontend.onnx.ImportOptions;
import dev.sinter.ir.Graph;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Function;

/** Where a model comes from. */
sealed interface ModelSource {
    /** {@return what messages call it} */
    String what();

    /** {@return the model's name, which its classes are called after} */
    String name();

    /** {@return the graph} */
    Graph read(ImportOptions options);

    /** {@return the model of a jar that was compiled before or is now; see {@link ModelCache#get}} */
    Model cached(ModelCache cache, String key, Function<Path, Model> load, Consumer<Path> compile);

    /** A file, which may name others. */
    record OfFile(Path file) implements ModelSource {
        @Override
        public String what() {
            return file.toString();
        }

        @Override
        public String name() {
            if (file.getFileName() == null) {
                throw new ModelException(file + ": a model file was expected");
            }
            return ModelFiles.stem(file);
        }

        @Override
        public Graph read(ImportOptions options) {
            return ModelFiles.read(file, options);
        }

        @Override
        public Model cached(ModelCache cache, String key, Function<Path, Model> load, Consumer<Path> compile) {
            return cache.get(file, key, load, compile);
        }
    }

    /** The bytes of a file; not copied. */
    record OfBytes(byte[] bytes, String name) implements ModelSource {
        @Override
        public String what() {
            return "model";
        }

        @Override
        public Graph read(ImportOptions options) {
            return ModelFiles.read(bytes, options);
        }

        @Override
        public Model cached(ModelCache cache, String key, Function<Path, Model> load, Consumer<Path> compile) {
            return cache.get(bytes, key, load, compile);
        }
    }
}
