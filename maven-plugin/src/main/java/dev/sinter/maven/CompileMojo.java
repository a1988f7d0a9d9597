package dev.sinter.maven;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.inject.Inject;
import org.apache.maven.artifact.Artifact;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecution;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.project.MavenProject;
import org.apache.maven.toolchain.ToolchainManager;
import org.eclipse.aether.RepositorySystem;
import org.eclipse.aether.RepositorySystemSession;
import org.jspecify.annotations.Nullable;

/**
 * Compiles models to Java classes: source of a typed class for each model, which the build then compiles with its own,
 * and the emitted classes and weights, which go into the folder of classes. What has not changed since the last build
 * is not compiled again.
 *
 * <p>
 * The models are all files that end in {@code .onnx} or {@code .sinter} in the folder of models; those in a folder
 * inside it get that folder's path as their package. {@code <models>} gives options to single ones, and names others
 * that lie elsewhere or in a Maven artifact.
 */
@Mojo(name = "compile", defaultPhase = LifecyclePhase.GENERATE_SOURCES, threadSafe = true)
public final class CompileMojo extends AbstractMojo {
    /** How a model begins in a text of the model language. */
    private static final Pattern MODEL = Pattern.compile("(?m)^\\s*model\\s");

    /** Leaves models alone; what an earlier build made of them is used. */
    @Parameter(property = "sinter.skip", defaultValue = "false")
    private boolean skip;
    /** The folder of models. */
    @Parameter(property = "sinter.sourceDirectory", defaultValue = "${project.basedir}/src/main/sinter")
    private File sourceDirectory = new File("");
    /** Options of single models, and models that lie elsewhere. */
    @Parameter
    private List<ModelConfiguration> models = List.of();
    /** Package of typed classes; the default is made of the project's groupId. */
    @Parameter(property = "sinter.packageName", defaultValue = "${project.groupId}")
    private String packageName = "";
    /** Where the typed classes' source goes; it is compiled with the project's own. */
    @Parameter(property = "sinter.generatedSourcesDirectory",
            defaultValue = "${project.build.directory}/generated-sources/sinter")
    private File generatedSourcesDirectory = new File("");
    /** Where emitted classes and weights go. */
    @Parameter(property = "sinter.outputDirectory", defaultValue = "${project.build.outputDirectory}")
    private File outputDirectory = new File("");
    /** Where the plugin keeps what it knows from one build to the next, and models of artifacts. */
    @Parameter(property = "sinter.workDirectory", defaultValue = "${project.build.directory}/sinter")
    private File workDirectory = new File("");
    /** Whether choices are measured on this machine rather than estimated; the times are kept beside the model. */
    @Parameter(property = "sinter.tune")
    private @Nullable Boolean tune;
    /** How many seconds to measure at most for each model. */
    @Parameter(property = "sinter.tuneSeconds")
    private @Nullable Integer tuneSeconds;
    /** Whether results may be rounded elsewhere than the definition says, for speed. */
    @Parameter(property = "sinter.fastMath")
    private @Nullable Boolean fastMath;

    /** Whether the integers of quantized models are computed as defined; unless {@code fastMath} is on by default. */
    @Parameter(property = "sinter.exactIntegers")
    private @Nullable Boolean exactIntegers;

    /** Whether to compute every convolution as defined rather than by Winograd's algorithm. */
    @Parameter(property = "sinter.noWinograd")
    private @Nullable Boolean noWinograd;
    /** Fails the build if classes and weights of a model have more bytes than this. */
    @Parameter(property = "sinter.maxArtifactBytes")
    private @Nullable Long maxArtifactBytes;
    /** Flags of the JVM that the compiler runs in, such as {@code -Xmx4g}. */
    @Parameter(property = "sinter.jvmArgs")
    private List<String> jvmArgs = List.of();
    /**
     * Whether to add {@code --add-modules jdk.incubator.vector} to the property {@code argLine}, which Surefire and
     * Failsafe take as the flags of the tests' JVM unless their configuration has an argLine of its own.
     */
    @Parameter(property = "sinter.addArgLine", defaultValue = "true")
    private boolean addArgLine;

    @Parameter(defaultValue = "${project}", readonly = true, required = true)
    private @Nullable MavenProject project;
    @Parameter(defaultValue = "${session}", readonly = true, required = true)
    private @Nullable MavenSession session;
    @Parameter(defaultValue = "${mojoExecution}", readonly = true, required = true)
    private @Nullable MojoExecution execution;
    @Parameter(defaultValue = "${plugin.artifacts}", readonly = true, required = true)
    private List<Artifact> pluginArtifacts = List.of();

    private final ToolchainManager toolchains;
    private final RepositorySystem repositories;

    /**
     * Made by Maven.
     *
     * @param toolchains
     *            knows the JDKs
     * @param repositories
     *            resolves artifacts
     */
    @Inject
    public CompileMojo(ToolchainManager toolchains, RepositorySystem repositories) {
        this.toolchains = toolchains;
        this.repositories = repositories;
    }

    @Override
    public void execute() throws MojoExecutionException, MojoFailureException {
        var current = Objects.requireNonNull(project);
        var runtime = new TestFlags(current, getLog());
        if (addArgLine) {
            runtime.addArgLine();
        }
        if (skip) {
            getLog().info("models are skipped (sinter.skip)");
            if (generatedSourcesDirectory.isDirectory()) {
                current.addCompileSourceRoot(generatedSourcesDirectory.getPath());
            }
            return;
        }
        runtime.checkDependency();
        try {
            compile(plans(), current);
        } catch (IOException e) {
            throw new MojoExecutionException("models can't be compiled: " + e, e);
        }
    }

    private void compile(List<ModelPlan> plans, MavenProject project)
            throws IOException, MojoExecutionException, MojoFailureException {
        var states = workDirectory.toPath().resolve(Objects.requireNonNull(execution).getExecutionId());
        var compiler = compilerVersion();
        var stale = new ArrayList<ModelPlan>();
        var known = new HashSet<Path>();
        for (var plan : plans) {
            var state = state(states, plan);
            known.add(state.file());
            if (!state.isUpToDate(plan.key(compiler))) {
                stale.add(plan);
            }
        }
        removeOthers(states, known);
        if (!plans.isEmpty()) {
            project.addCompileSourceRoot(generatedSourcesDirectory.getPath());
        }
        if (stale.isEmpty()) {
            getLog().info(plans.isEmpty() ? "there are no models in " + sourceDirectory
                    : "no model compiled: " + count(plans.size(), "is", "are") + " up to date");
            return;
        }
        run(stale, states, compiler);
        getLog().info(count(stale.size(), "was", "were") + " compiled"
                + (stale.size() == plans.size() ? "" : ", " + (plans.size() - stale.size()) + " up to date"));
    }

    private static String count(int n, String one, String more) {
        return n == 1 ? "1 model " + one : n + " models " + more;
    }

    private void run(List<ModelPlan> stale, Path states, String compiler)
            throws IOException, MojoExecutionException, MojoFailureException {
        var java = Jdk25.java(toolchains, Objects.requireNonNull(session));
        var request = new Properties();
        for (int i = 0; i < stale.size(); i++) {
            stale.get(i).addTo(request, "model." + i + ".");
        }
        var jars = pluginArtifacts.stream().map(Artifact::getFile).toList();
        var result = new CompilerProcess(java, jvmArgs, jars, workDirectory.toPath(), getLog()).run(request);
        for (int i = 0; i < stale.size(); i++) {
            var prefix = "model." + i + ".";
            if (result.response().containsKey(prefix + "class")) {
                remember(stale.get(i), states, compiler, result.response(), prefix);
            }
        }
        if (!result.errors().isEmpty()) {
            throw new MojoFailureException(String.join("\n", result.errors()));
        }
    }

    private void remember(ModelPlan plan, Path states, String compiler, Properties response, String prefix)
            throws IOException {
        var state = state(states, plan);
        var before = state.written();
        state.remember(plan.key(compiler), all(response, prefix + "output."), all(response, prefix + "source."),
                all(response, prefix + "read."));
        var after = Set.copyOf(state.written());
        for (var path : before) {
            if (!after.contains(path)) {
                Files.deleteIfExists(path);
            }
        }
    }

    private static List<String> all(Properties response, String prefix) {
        var values = new ArrayList<String>();
        for (int i = 0; response.containsKey(prefix + i); i++) {
            values.add(response.getProperty(prefix + i));
        }
        return values;
    }

    /** Removes what was written for models that are gone. */
    private void removeOthers(Path states, Set<Path> known) throws IOException {
        if (!Files.isDirectory(states)) {
            return;
        }
        List<Path> gone;
        try (var files = Files.list(states)) {
            gone = files.filter(f -> f.toString().endsWith(".properties") && !known.contains(f)).toList();
        }
        for (var file : gone) {
            var state = new ModelState(file, outputDirectory.toPath(), generatedSourcesDirectory.toPath());
            for (var path : state.written()) {
                Files.deleteIfExists(path);
            }
            state.forget();
        }
    }

    private ModelState state(Path states, ModelPlan plan) {
        return new ModelState(states.resolve(plan.id() + ".properties"), outputDirectory.toPath(),
                generatedSourcesDirectory.toPath());
    }

    /** Which compiler this is; a snapshot is another one when its file is. */
    private String compilerVersion() {
        var text = new StringBuilder();
        for (var artifact : pluginArtifacts) {
            text.append(artifact.getId());
            var file = artifact.getFile();
            if (artifact.isSnapshot() && file != null) {
                text.append(' ').append(file.length()).append(' ').append(file.lastModified());
            }
            text.append('\n');
        }
        return text.toString();
    }

    private List<ModelPlan> plans() throws IOException, MojoFailureException {
        var basedir = Objects.requireNonNull(project).getBasedir().toPath();
        var defaults = defaults();
        var configured = new LinkedHashMap<Path, List<ModelConfiguration>>();
        for (var model : models) {
            configured.computeIfAbsent(file(model, basedir), f -> new ArrayList<>()).add(model);
        }
        for (var file : found()) {
            configured.computeIfAbsent(file, f -> List.of(ModelConfiguration.ofFile(f.toString())));
        }
        var plans = new ArrayList<ModelPlan>();
        for (var entry : configured.entrySet()) {
            for (var model : entry.getValue()) {
                plans.add(ModelPlan.of(model, entry.getKey(), packageOf(entry.getKey()), basedir, defaults));
            }
        }
        return plans;
    }

    private Map<String, String> defaults() {
        var defaults = new TreeMap<String, String>();
        defaults.put("classes", outputDirectory.toString());
        defaults.put("sources", generatedSourcesDirectory.toString());
        if (tune != null) {
            defaults.put("tune", tune.toString());
        }
        if (tuneSeconds != null) {
            defaults.put("tuneSeconds", tuneSeconds.toString());
        }
        if (fastMath != null) {
            defaults.put("fastMath", fastMath.toString());
        }
        if (exactIntegers != null) {
            defaults.put("exactIntegers", exactIntegers.toString());
        }
        if (noWinograd != null) {
            defaults.put("winograd", String.valueOf(!noWinograd));
        }
        if (maxArtifactBytes != null) {
            defaults.put("maxArtifactBytes", maxArtifactBytes.toString());
        }
        return defaults;
    }

    private List<Path> found() throws IOException {
        var folder = sourceDirectory.toPath();
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.walk(folder)) {
            return files.filter(f -> Files.isRegularFile(f) && ModelPlan.isModel(f.getFileName().toString())
                    && !isLibrary(f)).sorted().toList();
        }
    }

    /** A text of the model language that holds no model, only what others import. */
    private static boolean isLibrary(Path file) {
        try {
            return file.toString().toLowerCase(Locale.ROOT).endsWith(".sinter")
                    && !MODEL.matcher(Files.readString(file)).find();
        } catch (IOException e) {
            return false; // the compiler says what is wrong with it
        }
    }

    private Path file(ModelConfiguration model, Path basedir) throws MojoFailureException {
        if (model.artifact() != null) {
            if (model.file() != null) {
                throw new MojoFailureException("<model>: <file>" + model.file() + "</file> or <artifact>"
                        + model.artifact() + "</artifact> was expected, not both");
            }
            var current = Objects.requireNonNull(session);
            RepositorySystemSession repository = current.getRepositorySession();
            return new ModelArtifacts(repositories, repository,
                    Objects.requireNonNull(project).getRemoteProjectRepositories(),
                    workDirectory.toPath().resolve("models")).model(model);
        }
        if (model.file() == null) {
            throw new MojoFailureException("<model>: a <file> or an <artifact> was expected, there is neither");
        }
        var inFolder = sourceDirectory.toPath().resolve(model.file());
        var inProject = basedir.resolve(model.file());
        if (!Files.isRegularFile(inFolder) && !Files.isRegularFile(inProject)) {
            throw new MojoFailureException("<file>" + model.file() + "</file>: there is no model " + inFolder
                    + (inFolder.equals(inProject) ? "" : ", and no " + inProject));
        }
        return Files.isRegularFile(inFolder) ? inFolder : inProject;
    }

    /** A model in a folder within the folder of models has that folder's path as its package. */
    private String packageOf(Path file) {
        var folder = sourceDirectory.toPath();
        if (file.startsWith(folder)) {
            var inside = folder.relativize(file).getParent();
            if (inside != null) {
                return inside.toString().replace(File.separatorChar, '.').replace('-', '_');
            }
        }
        return packageName.replace('-', '_');
    }
}
