package dev.sinter.maven;

import org.apache.maven.plugin.logging.Log;
import org.apache.maven.project.MavenProject;

/**
 * What a project needs besides the models to run them.
 *
 * @param project
 *            the project
 * @param log
 *            the build's
 */
record TestFlags(MavenProject project, Log log) {
    private static final String ARG_LINE = "argLine";
    private static final String VECTOR = "jdk.incubator.vector";
    private static final String RUNTIME_GROUP = "dev.sinter";
    private static final String RUNTIME = "sinter-runtime-support";

    /** Lets the tests' JVM use vectors. */
    void addArgLine() {
        var properties = project.getProperties();
        var flags = properties.getProperty(ARG_LINE, "").strip();
        if (!flags.contains(VECTOR)) {
            properties.setProperty(ARG_LINE, ("--add-modules " + VECTOR + " " + flags).strip());
            log.debug(ARG_LINE + " is now " + properties.getProperty(ARG_LINE));
        }
    }

    /** Says so where the typed classes will not compile. It may come by another dependency, so it is no error. */
    void checkDependency() {
        if (project.getDependencies().stream().noneMatch(d -> d.getGroupId().equals(RUNTIME_GROUP))) {
            log.warn("typed classes of models need the dependency " + RUNTIME_GROUP + ":" + RUNTIME
                    + " in the plugin's version, which " + project.getArtifactId() + " does not declare");
        }
    }
}
