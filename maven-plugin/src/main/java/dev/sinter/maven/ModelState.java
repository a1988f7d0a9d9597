package dev.sinter.maven;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;

/**
 * What is remembered of a model between builds, in a file: how it was compiled, of which files, and what was written. A
 * model is up to date while all of that is as it was.
 *
 * @param file
 *            where it is kept
 * @param classes
 *            the folder of classes
 * @param sources
 *            the folder of sources
 */
record ModelState(Path file, Path classes, Path sources) {
    private static final String KEY = "key";
    private static final String READ = "read.";
    private static final String OUTPUT = "output.";
    private static final String SOURCE = "source.";

    /** Whether a model need not be compiled. */
    boolean isUpToDate(String key) throws IOException {
        var known = CompilerProcess.load(file);
        if (!key.equals(known.getProperty(KEY))) {
            return false;
        }
        for (int i = 0; known.containsKey(READ + i); i++) {
            var read = Path.of(known.getProperty(READ + i));
            if (!Files.isRegularFile(read) || !hash(read).equals(known.getProperty(READ + i + ".hash"))) {
                return false;
            }
        }
        for (var written : written(known)) {
            if (!stamp(written).equals(known.getProperty("stamp." + written))) {
                return false;
            }
        }
        return true;
    }

    /** Remembers what was done. */
    void remember(String key, List<String> outputs, List<String> written, List<String> read) throws IOException {
        var state = new Properties();
        state.setProperty(KEY, key);
        for (int i = 0; i < read.size(); i++) {
            state.setProperty(READ + i, read.get(i));
            state.setProperty(READ + i + ".hash", hash(Path.of(read.get(i))));
        }
        put(state, OUTPUT, outputs);
        put(state, SOURCE, written);
        for (var path : written(state)) {
            state.setProperty("stamp." + path, stamp(path));
        }
        Files.createDirectories(file.getParent());
        CompilerProcess.store(state, file);
    }

    private static void put(Properties state, String prefix, List<String> values) {
        for (int i = 0; i < values.size(); i++) {
            state.setProperty(prefix + i, values.get(i));
        }
    }

    /** Everything that was written for the model when it was compiled last. */
    List<Path> written() throws IOException {
        return written(CompilerProcess.load(file));
    }

    private List<Path> written(Properties known) {
        var paths = new ArrayList<Path>();
        for (int i = 0; known.containsKey(OUTPUT + i); i++) {
            paths.add(classes.resolve(known.getProperty(OUTPUT + i)));
        }
        for (int i = 0; known.containsKey(SOURCE + i); i++) {
            paths.add(sources.resolve(known.getProperty(SOURCE + i)));
        }
        return paths;
    }

    /** Forgets the model. */
    void forget() throws IOException {
        Files.deleteIfExists(file);
    }

    private static String stamp(Path path) throws IOException {
        return Files.isRegularFile(path) ? Files.size(path) + " " + Files.getLastModifiedTime(path).toMillis() : "";
    }

    /** The SHA-256 of a file's content. */
    static String hash(Path path) throws IOException {
        var digest = sha256();
        try (var in = new DigestInputStream(Files.newInputStream(path), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The SHA-256 of a text. */
    static String hash(String text) {
        return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
