package dev.sinter;

import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.ModelImage;
import dev.sinter.runtime.RunOptions;
import dev.sinter.runtime.Specialization;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How models are compiled into this JVM.
 *
 * @param options
 *            how they run; null for the defaults of the moment
 * @param cache
 *            where their jars are kept, if anywhere
 * @param calls
 *            of the same sizes after which they get a version for these; 0 for never
 * @param versions
 *            at once
 */
record JustInTime(@Nullable RunOptions options, @Nullable ModelCache cache, int calls, int versions) {
    static final JustInTime DEFAULT = new JustInTime(null, null, 0, 1);

    /** Finds a model in the cache. */
    @FunctionalInterface
    interface Lookup {
        Model find(ModelCache cache, Function<Path, Model> load, Consumer<Path> compile);
    }

    JustInTime {
        if (calls < 0 || versions < 1) {
            throw new ModelException("specialization: expected 0 or more calls and 1 or more versions, got " + calls
                    + " and " + versions);
        }
    }

    JustInTime with(RunOptions other) {
        return new JustInTime(other, cache, calls, versions);
    }

    JustInTime with(ModelCache other) {
        return new JustInTime(options, other, calls, versions);
    }

    JustInTime with(int otherCalls, int otherVersions) {
        return new JustInTime(options, cache, otherCalls, otherVersions);
    }

    RunOptions running() {
        return options == null ? RunOptions.defaults() : options;
    }

    /**
     * A model, ready to run.
     *
     * @param lookup
     *            asked where there is a cache
     * @param image
     *            compiles it
     * @param maker
     *            compiles it for fixed sizes
     */
    Model model(Lookup lookup, Supplier<ModelImage> image, Specialization.Maker maker) {
        var specialization = calls == 0 ? null : new Specialization(calls, versions, maker);
        if (cache == null) {
            return Model.define(image.get(), running(), specialization);
        }
        return lookup.find(cache, jar -> Model.load(jar, running(), specialization), jar -> {
            try {
                JarWriter.write(image.get(), jar);
            } catch (IOException e) {
                throw new ModelException(jar + " can't be written: " + e, e);
            }
        });
    }
}
