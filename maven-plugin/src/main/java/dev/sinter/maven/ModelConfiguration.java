package dev.sinter.maven;

import java.io.File;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A {@code <model>} in the plugin's configuration. What it leaves out is as the plugin's own configuration says, if
 * there is such an option.
 */
public final class ModelConfiguration {
    /** The model file, relative to the folder of models or to the project. */
    private @Nullable String file;
    /** Coordinates of a Maven artifact that holds the model: {@code group:artifact:version[:type[:classifier]]}. */
    private @Nullable String artifact;
    /** The model's path in the artifact; may be left out where only one file there ends in .onnx or .sinter. */
    private @Nullable String entry;
    /** Simple name of the typed class. */
    private @Nullable String className;
    /** Package of the typed class. */
    private @Nullable String packageName;
    /** Sizes of symbolic dimensions by name, which are fixed then. */
    private Map<String, String> dims = new LinkedHashMap<>();
    /** Whether choices are measured rather than estimated. */
    private @Nullable Boolean tune;
    /** Keeps measured times. */
    private @Nullable File tuneCache;
    /** How long to measure at most. */
    private @Nullable Integer tuneSeconds;
    /** Whether results may be rounded elsewhere than the definition says. */
    private @Nullable Boolean fastMath;
    /** Whether the integers of quantized models are computed as defined. */
    private @Nullable Boolean exactIntegers;
    /** Whether to compute every convolution as defined. */
    private @Nullable Boolean noWinograd;
    /** Most bytes of classes and weights. */
    private @Nullable Long maxArtifactBytes;
    /** Folders of reference cases, or folders of such folders. */
    private List<File> cases = List.of();
    /** Most absolute difference from the reference cases. */
    private @Nullable Double maxDifference;
    /** Most time of a run, as a ratio to the baseline. */
    private @Nullable Double maxLatency;
    /** The baseline: another model file, or a compiled jar. */
    private @Nullable String baseline;
    /** The baseline: microseconds of a run. */
    private @Nullable Double baselineMicros;
    /** Sizes of symbolic dimensions while time is taken. */
    private Map<String, String> latencyDims = new LinkedHashMap<>();
    /** How long time is taken. */
    private @Nullable Double latencySeconds;

    /** Filled by Maven. */
    public ModelConfiguration() {
    }

    /** Of a file that was found. */
    static ModelConfiguration ofFile(String file) {
        var model = new ModelConfiguration();
        model.file = file;
        return model;
    }

    /**
     * Sets the typed class's simple name, which is called {@code class} in the configuration.
     *
     * @param name
     *            the name
     */
    public void setClass(String name) {
        this.className = name;
    }

    /**
     * Sets the typed class's package, which is called {@code package} in the configuration.
     *
     * @param name
     *            the name
     */
    public void setPackage(String name) {
        this.packageName = name;
    }

    @Nullable
    String file() {
        return file;
    }

    @Nullable
    String artifact() {
        return artifact;
    }

    @Nullable
    String entry() {
        return entry;
    }

    Optional<String> className() {
        return Optional.ofNullable(className);
    }

    Optional<String> packageName() {
        return Optional.ofNullable(packageName);
    }

    Map<String, String> dims() {
        return dims;
    }

    Optional<Boolean> tune() {
        return Optional.ofNullable(tune);
    }

    Optional<File> tuneCache() {
        return Optional.ofNullable(tuneCache);
    }

    Optional<Integer> tuneSeconds() {
        return Optional.ofNullable(tuneSeconds);
    }

    Optional<Boolean> fastMath() {
        return Optional.ofNullable(fastMath);
    }

    Optional<Boolean> exactIntegers() {
        return Optional.ofNullable(exactIntegers);
    }

    Optional<Boolean> noWinograd() {
        return Optional.ofNullable(noWinograd);
    }

    Optional<Long> maxArtifactBytes() {
        return Optional.ofNullable(maxArtifactBytes);
    }

    List<File> cases() {
        return cases;
    }

    Optional<Double> maxDifference() {
        return Optional.ofNullable(maxDifference);
    }

    Optional<Double> maxLatency() {
        return Optional.ofNullable(maxLatency);
    }

    Optional<String> baseline() {
        return Optional.ofNullable(baseline);
    }

    Optional<Double> baselineMicros() {
        return Optional.ofNullable(baselineMicros);
    }

    Map<String, String> latencyDims() {
        return latencyDims;
    }

    Optional<Double> latencySeconds() {
        return Optional.ofNullable(latencySeconds);
    }

    /** What messages call it. */
    String label() {
        return artifact != null ? artifact + (entry == null ? "" : ", " + entry) : String.valueOf(file);
    }
}
