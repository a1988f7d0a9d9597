package dev.sinter.maven;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.project.MavenProject;
import org.jspecify.annotations.Nullable;

/**
 * Stores the weights of models in the project's jar so that a program can map them: uncompressed, at aligned places.
 * Then they are not inflated when the model is loaded, and processes that run the same jar share their memory. A jar
 * without models, or one whose weights lie well, stays as it is.
 */
@Mojo(name = "align", defaultPhase = LifecyclePhase.PACKAGE, threadSafe = true)
public final class AlignMojo extends AbstractMojo {
    /** Leaves the jar alone. */
    @Parameter(property = "sinter.skip", defaultValue = "false")
    private boolean skip;
    /** The jar; the default is the one that the project makes. */
    @Parameter(property = "sinter.jar")
    private @Nullable File jar;

    @Parameter(defaultValue = "${project}", readonly = true, required = true)
    private @Nullable MavenProject project;

    /** Made by Maven. */
    public AlignMojo() {
    }

    @Override
    public void execute() throws MojoExecutionException, MojoFailureException {
        if (skip) {
            getLog().info("the jar is left as it is (sinter.skip)");
            return;
        }
        var file = file();
        try {
            var aligned = new JarAlignment(file).run();
            getLog().info(aligned.isEmpty() ? "nothing to align in " + file.getFileName()
                    : "aligned in " + file.getFileName() + ": " + String.join(", ", aligned));
        } catch (IOException e) {
            throw new MojoExecutionException(file + " can't be aligned: " + e, e);
        }
    }

    private Path file() throws MojoFailureException {
        var made = jar != null ? jar : Objects.requireNonNull(project).getArtifact().getFile();
        if (made == null || !made.isFile()) {
            throw new MojoFailureException(made == null
                    ? "there is no jar to align: the goal was expected behind the one that makes the jar, in the phase"
                            + " package or a later one"
                    : "a jar was expected, there is no file " + made);
        }
        return made.toPath();
    }
}
