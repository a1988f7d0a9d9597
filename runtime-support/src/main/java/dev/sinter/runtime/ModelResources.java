package dev.sinter.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;

/**
 * A model whose files lie on the class path or module path with the class that it was compiled for; or a whole jar of
 * that model on the class path.
 */
final class ModelResources implements ModelClassLoader.Files {
    private static final String CLASS = ".class";

    /** Files by their paths from the place where packages begin. */
    private interface Root extends ModelClassLoader.Files {
        /** The weights' memory, in the file itself where that is possible. */
        FileBytes weights(String path, long length) throws IOException;
    }

    /** A folder. */
    private record Folder(Path root) implements Root {
        @Override
        public boolean has(String path) {
            return Files.isRegularFile(root.resolve(path));
        }

        @Override
        public byte[] read(String path) {
            try {
                return has(path) ? Files.readAllBytes(root.resolve(path)) : null;
            } catch (IOException e) {
                throw new ModelException(root.resolve(path) + " can't be read: " + e, e);
            }
        }

        @Override
        public FileBytes weights(String path, long length) throws IOException {
            return FileBytes.map(root.resolve(path));
        }
    }

    /** A jar file. */
    private record Jar(Zip zip) implements Root {
        @Override
        public boolean has(String path) {
            return zip.has(path);
        }

        @Override
        public byte[] read(String path) {
            return zip.read(path);
        }

        @Override
        public FileBytes weights(String path, long length) {
            return zip.bytes(path, ModelInfo.WEIGHTS_ALIGNMENT);
        }
    }

    /** Whatever the class's loader or module offers: jars in jars, images made by jlink, class loaders of servers. */
    private record Offered(Class<?> owner) implements Root {
        @Override
        public boolean has(String path) {
            return owner.getResource("/" + path) != null;
        }

        @Override
        public byte[] read(String path) {
            try (InputStream in = owner.getResourceAsStream("/" + path)) {
                return in == null ? null : in.readAllBytes();
            } catch (IOException e) {
                throw new ModelException(path + " can't be read: " + e, e);
            }
        }

        @Override
        public FileBytes weights(String path, long length) throws IOException {
            URL url = owner.getResource("/" + path);
            try (InputStream in = url.openStream()) {
                return FileBytes.of(Weights.copy(in, length, url));
            }
        }
    }

    private final Root root;
    private final String folder;
    private final ModelInfo info;
    private final String place;

    private ModelResources(Root root, String folder, String label) {
        this.root = root;
        this.folder = folder;
        this.place = label;
        byte[] text = root.read(folder + ModelInfo.INFO_FILE);
        if (text == null) {
            throw new ModelException(label + " has no " + folder + ModelInfo.INFO_FILE);
        }
        this.info = ModelInfo.parse(new String(text, StandardCharsets.UTF_8));
    }

    /**
     * Finds the model of a class.
     *
     * @param owner the class
     * @return its model
     * @throws ModelException if there is none, or it is corrupt
     * @throws IOException if it can't be read
     */
    static ModelResources of(Class<?> owner) throws IOException {
        String folder = ModelInfo.FOLDER + owner.getName() + "/";
        URL url = owner.getResource("/" + folder + ModelInfo.INFO_FILE);
        if (url != null) {
            return new ModelResources(root(owner, url, folder + ModelInfo.INFO_FILE), folder, url.toString());
        }
        return wholeJar(owner, folder);
    }

    private static Root root(Class<?> owner, URL url, String path) throws IOException {
        String text = url.toString();
        if (!text.endsWith("/" + path)) {
            return new Offered(owner);
        }
        String place = text.substring(0, text.length() - path.length());
        if (place.startsWith("file:")) {
            return new Folder(Path.of(URI.create(place)));
        }
        if (place.startsWith("jar:file:") && place.indexOf("!/") == place.length() - 2) {
            Path jar = Path.of(URI.create(place.substring("jar:".length(), place.length() - 2)));
            try {
                return new Jar(Zip.of(FileBytes.map(jar), jar.toString()));
            } catch (ModelException e) {
                return new Offered(owner); // Java's own reader allows more, such as a script before the jar
            }
        }
        return new Offered(owner);
    }

    /** A jar of a model alone, on the class path: the one whose classes are called after the class. */
    private static ModelResources wholeJar(Class<?> owner, String folder) throws IOException {
        ClassLoader loader = owner.getClassLoader();
        var others = new ArrayList<String>();
        for (URL url : loader == null ? Collections.<URL>emptyList()
                : Collections.list(loader.getResources(ModelInfo.RESOURCE))) {
            Root root = root(owner, url, ModelInfo.RESOURCE);
            if (root instanceof Offered) {
                continue; // which of several jars it would read from is not ours to say
            }
            var model = new ModelResources(root, ModelInfo.FOLDER, url.toString());
            if (model.info.className().equals(owner.getName() + ModelInfo.OWNED)) {
                return model;
            }
            others.add(model.info.className());
        }
        throw new ModelException("there is no model of " + owner.getName() + ": " + folder + ModelInfo.INFO_FILE
                + " was expected beside the class, or a jar with " + owner.getName() + ModelInfo.OWNED
                + " on the class path" + (others.isEmpty() ? "" : ", which has " + others)
                + "; was the model compiled in this build?");
    }

    /** Where the model was found. */
    String place() {
        return place;
    }

    ModelInfo info() {
        return info;
    }

    /** The weights. */
    FileBytes weights() throws IOException {
        String path = folder + ModelInfo.WEIGHTS_FILE;
        FileBytes weights = info.weightsBytes() == 0 && !root.has(path) ? FileBytes.none()
                : root.weights(path, info.weightsBytes());
        if (weights.size() != info.weightsBytes()) {
            throw new ModelException("model '" + info.name() + "': expected " + info.weightsBytes()
                    + " bytes of weights in " + path + ", got " + weights.size());
        }
        return weights;
    }

    /**
     * Where a file lies: classes where classes do, everything else in the model's folder, or at the root of a jar of its
     * own. Null for what is not the model's: a jar may well hold the whole program, and this runtime.
     */
    private String pathOf(String path) {
        if (path.endsWith(CLASS)) {
            String name = info.className().replace('.', '/');
            boolean own = path.startsWith(name) && "$.".indexOf(path.charAt(name.length())) >= 0;
            return own ? path : null;
        }
        if (folder.equals(ModelInfo.FOLDER)) {
            return path;
        }
        return folder + (path.startsWith(ModelInfo.FOLDER) ? path.substring(ModelInfo.FOLDER.length()) : path);
    }

    @Override
    public boolean has(String path) {
        String own = pathOf(path);
        return own != null && root.has(own);
    }

    @Override
    public byte[] read(String path) {
        String own = pathOf(path);
        return own == null ? null : root.read(own);
    }
}
