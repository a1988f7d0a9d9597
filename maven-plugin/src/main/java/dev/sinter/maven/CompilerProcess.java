package dev.sinter.maven;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.logging.Log;

/**
 * Runs the compiler in a JVM of its own and says in the build's log what it says.
 *
 * @param java
 *            the program
 * @param jvmArgs
 *            flags for it
 * @param classPath
 *            the compiler's jars
 * @param folder
 *            for files that are passed
 * @param log
 *            the build's
 */
record CompilerProcess(Path java, List<String> jvmArgs, List<File> classPath, Path folder, Log log) {
    private static final String MAIN = "dev.sinter.cli.Main";

    /**
     * What came of a request.
     *
     * @param response
     *            what was done, by model
     * @param errors
     *            what went wrong, if something did
     */
    record Result(Properties response, List<String> errors) {
    }

    /**
     * Runs a request.
     *
     * @param request
     *            as {@code sinter build} reads it, but for the response's place
     * @return what came of it
     * @throws MojoExecutionException
     *             if the process can't be run, or ends in a way that says nothing of the models
     */
    Result run(Properties request) throws MojoExecutionException {
        try {
            Files.createDirectories(folder);
            var response = folder.resolve("response.properties");
            Files.deleteIfExists(response);
            request.setProperty("response", response.toString());
            var requestFile = folder.resolve("request.properties");
            store(request, requestFile);
            var arguments = arguments(requestFile);
            log.debug("starting " + java + " @" + arguments);
            return run(new ProcessBuilder(java.toString(), "@" + arguments).redirectErrorStream(false).start(),
                    response);
        } catch (IOException e) {
            throw new MojoExecutionException("the compiler can't be started: " + e, e);
        }
    }

    private Path arguments(Path request) throws IOException {
        var lines = new ArrayList<String>();
        lines.addAll(List.of("--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
        lines.addAll(jvmArgs);
        lines.add("-cp");
        lines.add(classPath.stream().map(File::getPath).collect(Collectors.joining(File.pathSeparator)));
        lines.addAll(List.of(MAIN, "build", request.toString()));
        var file = folder.resolve("arguments");
        var text = lines.stream().map(CompilerProcess::quoted).collect(Collectors.joining("\n", "", "\n"));
        Files.writeString(file, text, Charset.forName(System.getProperty("native.encoding", "UTF-8")));
        return file;
    }

    /** As the <a href="https://docs.oracle.com/en/java/javase/25/docs/specs/man/java.html">java command</a> reads it. */
    private static String quoted(String argument) {
        return "\"" + argument.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private Result run(Process process, Path response) throws MojoExecutionException, IOException {
        var words = new ArrayList<String>();
        var errors = new ArrayList<String>();
        var stderr = new Thread(() -> read(process.errorReader(), words::add), "sinter-compiler-stderr");
        stderr.setDaemon(true);
        stderr.start();
        try {
            process.getOutputStream().close();
            var stdout = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            read(stdout, line -> message(line, errors));
            int code = process.waitFor();
            stderr.join();
            words.forEach(log::debug);
            if (code != 0 && errors.isEmpty() || code == 0 && !Files.isRegularFile(response)) {
                throw new MojoExecutionException("the compiler's process ended with exit code " + code
                        + (words.isEmpty() ? " and said nothing" : ":\n" + String.join("\n", words)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MojoExecutionException("interrupted while the compiler ran", e);
        } finally {
            process.destroy();
        }
        return new Result(load(response), errors);
    }

    private static void read(BufferedReader from, Consumer<String> to) {
        try (from) {
            from.lines().forEach(to);
        } catch (IOException | UncheckedIOException e) {
            to.accept("output can't be read: " + e);
        }
    }

    private void message(String line, List<String> errors) {
        int space = line.indexOf(' ');
        var level = space < 0 ? line : line.substring(0, space);
        var text = plain(line.substring(space + 1));
        switch (level) {
            case "error" -> errors.add(text); // Maven prints them when they end the build
            case "info" -> log.info(text);
            default -> log.debug(text);
        }
    }

    /** What {@code sinter build} wrote for a line's end and a backslash becomes them again. */
    private static String plain(String text) {
        var out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                i++;
                out.append(text.charAt(i) == 'n' ? "\n" : text.charAt(i));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    /** Reads a file of properties in UTF-8; nothing if it is missing. */
    static Properties load(Path file) throws IOException {
        var properties = new Properties();
        if (Files.isRegularFile(file)) {
            try (var in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                properties.load(in);
            }
        }
        return properties;
    }

    /** Writes a file of properties in UTF-8. */
    static void store(Properties properties, Path file) throws IOException {
        try (var out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            properties.store(out, null);
        }
    }
}
