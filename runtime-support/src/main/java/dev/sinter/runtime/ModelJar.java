package dev.sinter.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;

/** A model in a jar: mapped, its classes unpacked when they are asked for. */
record ModelJar(ModelInfo info, Zip zip) {
    private static final String CLASS = ".class";

    static ModelJar open(Path jar) throws IOException {
        Zip zip = Zip.of(FileBytes.map(jar), jar.toString());
        byte[] text = zip.read(ModelInfo.RESOURCE);
        if (text == null) {
            throw new ModelException(jar + " is no model: it has no " + ModelInfo.RESOURCE);
        }
        return new ModelJar(ModelInfo.parse(new String(text, StandardCharsets.UTF_8)), zip);
    }

    /** The weights, in the mapped file itself where that is possible. */
    FileBytes weights() {
        FileBytes weights = info.weightsBytes() == 0 && !zip.has(ModelInfo.WEIGHTS_RESOURCE)
                ? FileBytes.none() : weights(zip);
        if (weights.size() != info.weightsBytes()) {
            throw new ModelException("model '" + info.name() + "': expected " + info.weightsBytes()
                    + " bytes of weights in the jar, got " + weights.size());
        }
        return weights;
    }

    static FileBytes weights(Zip zip) {
        return zip.bytes(ModelInfo.WEIGHTS_RESOURCE, ModelInfo.WEIGHTS_ALIGNMENT);
    }

    ModelImage image() {
        var classes = new HashMap<String, byte[]>();
        var resources = new HashMap<String, byte[]>();
        for (String name : zip.names()) {
            if (name.endsWith(CLASS)) {
                String path = name.substring(0, name.length() - CLASS.length());
                classes.put(path.replace('/', '.'), zip.read(name));
            } else
                if (!name.endsWith("/") && !name.equals(ModelInfo.RESOURCE)
                        && !name.equals(ModelInfo.WEIGHTS_RESOURCE)) {
                            resources.put(name, zip.read(name));
                        }
        }
        return new ModelImage(info, classes, weights().segment(), resources);
    }
}
