package dev.sinter.cli.demo;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Starts a program in a JVM of its own, of the JDK that runs this one.
 *
 * @param main the program
 * @param classPath where the program's classes are
 */
record FreshJvm(Class<?> main, List<Path> classPath) {

    /** A program whose class path is the places that it and {@code others} were loaded from, and nothing more. */
    static FreshJvm of(Class<?> main, Class<?>... others) {
        return new FreshJvm(main,
                Stream.concat(Stream.of(main), Arrays.stream(others)).map(FreshJvm::origin).distinct().toList());
    }

    /**
     * Runs the program to its end. Its output goes to {@code out} line by line, its errors to this process's own. It
     * gets this JVM's {@code sinter.*} properties, so that a form or a vector width asked for holds there too.
     *
     * @return its exit status
     */
    int run(PrintWriter out, List<String> arguments) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command(arguments)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (var lines = process.inputReader()) {
            process.getOutputStream().close();
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                out.println(line);
                out.flush();
            }
            return process.waitFor();
        } finally {
            process.destroy();
        }
    }

    private List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
        var properties = System.getProperties();
        properties.stringPropertyNames().stream().filter(name -> name.startsWith("sinter.")).sorted()
                .forEach(name -> command.add("-D" + name + "=" + properties.getProperty(name)));
        command.addAll(List.of("-cp",
                classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)),
                main.getName()));
        command.addAll(arguments);
        return command;
    }

    private static Path origin(Class<?> type) {
        var source = type.getProtectionDomain().getCodeSource();
        if (source == null) {
            throw new IllegalStateException("no place is known that " + type.getName() + " was loaded from");
        }
        try {
            return Path.of(source.getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("not a file: " + source.getLocation(), e);
        }
    }
}
