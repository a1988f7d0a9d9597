package dev.sinter.maven;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.toolchain.Toolchain;
import org.apache.maven.toolchain.ToolchainManager;
import org.apache.maven.toolchain.ToolchainPrivate;

/** Finds the JDK that the compiler runs on. */
final class Jdk25 {
    private static final String TYPE = "jdk";
    private static final int FEATURE = 25;
    /** The versions that do. */
    static final String VERSIONS = "[25,26)";

    private Jdk25() {
    }

    /**
     * The program {@code java} of the toolchain chosen for the build, or of another one that fits, or of the JDK that
     * runs Maven.
     *
     * @param manager
     *            knows the toolchains
     * @param session
     *            the build
     * @return an executable file
     * @throws MojoFailureException
     *             if there is no JDK 25, saying how to name one
     */
    static Path java(ToolchainManager manager, MavenSession session) throws MojoFailureException {
        var wanted = Map.of("version", VERSIONS);
        var chosen = manager.getToolchainFromBuildContext(TYPE, session);
        if (chosen instanceof ToolchainPrivate toolchain && toolchain.matchesRequirements(wanted)) {
            var java = java(chosen);
            if (java.isPresent()) {
                return java.get();
            }
        }
        for (var toolchain : manager.getToolchains(session, TYPE, wanted)) {
            var java = java(toolchain);
            if (java.isPresent()) {
                return java.get();
            }
        }
        if (Runtime.version().feature() == FEATURE) {
            var home = Path.of(System.getProperty("java.home"), "bin");
            for (var name : new String[]{"java", "java.exe"}) {
                if (Files.isRegularFile(home.resolve(name))) {
                    return home.resolve(name);
                }
            }
        }
        throw new MojoFailureException(missing(chosen));
    }

    private static Optional<Path> java(Toolchain toolchain) {
        return Optional.ofNullable(toolchain.findTool("java")).map(File::new).filter(File::isFile).map(File::toPath);
    }

    private static String missing(Toolchain chosen) {
        return """
                Sinter compiles models with a JDK 25, and there is none: Maven runs on JDK %s, %s, and no other \
                toolchain fits %s. Either let the build choose one by the goal select-jdk-toolchain of \
                maven-toolchains-plugin 3.2.0 with <version>%s</version>, which finds JDKs in the usual places, or \
                name it in ~/.m2/toolchains.xml:
                <toolchains>
                  <toolchain>
                    <type>jdk</type>
                    <provides>
                      <version>25</version>
                    </provides>
                    <configuration>
                      <jdkHome>/path/to/jdk-25</jdkHome>
                    </configuration>
                  </toolchain>
                </toolchains>""".formatted(Runtime.version().feature(), chosen == null
                ? "no JDK toolchain is chosen" : "the toolchain chosen is " + chosen, VERSIONS, VERSIONS);
    }
}
