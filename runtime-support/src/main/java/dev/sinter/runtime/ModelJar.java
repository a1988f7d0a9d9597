package dev.sinter.runtime;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;

/** A model in a jar: mapped, its classes unpacked when they are asked for. */
record ModelJar(ModelInfo info, Zip zip) {
    private static final String CLASS = ".class";
    private static final int READ_AT_ONCE = 1 << 20;

    static ModelJar open(Path jar) throws IOException {
        Zip zip = Zip.of(map(jar), jar.toString());
        byte[] text = zip.read(ModelInfo.RESOURCE);
        if (text == null) {
            throw new ModelException(jar + " is no model: it has no " + ModelInfo.RESOURCE);
        }
        return new ModelJar(ModelInfo.parse(new String(text, StandardCharsets.UTF_8)), zip);
    }

    /** The weights, in the mapped file itself where that is possible. */
    MemorySegment weights() {
        MemorySegment weights = info.weightsBytes() == 0 && !zip.names().contains(ModelInfo.WEIGHTS_RESOURCE)
                ? MemorySegment.NULL : weights(zip);
        if (weights.byteSize() != info.weightsBytes()) {
            throw new ModelException("model '" + info.name() + "': expected " + info.weightsBytes()
                    + " bytes of weights in the jar, got " + weights.byteSize());
        }
        return weights;
    }

    static MemorySegment weights(Zip zip) {
        return zip.segment(ModelInfo.WEIGHTS_RESOURCE, ModelInfo.WEIGHTS_ALIGNMENT);
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
        return new ModelImage(info, classes, weights(), resources);
    }

    /** A file's bytes: mapped if it is a plain one, else copied to memory outside the heap. */
    static MemorySegment map(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            if (path.getFileSystem() == FileSystems.getDefault()) {
                return channel.map(MapMode.READ_ONLY, 0, size, Arena.ofAuto());
            }
            MemorySegment copy = Arena.ofAuto().allocate(Math.max(1, size), ModelInfo.WEIGHTS_ALIGNMENT)
                    .asSlice(0, size);
            long at = 0;
            while (at < size) {
                int n = channel.read(copy.asSlice(at, Math.min(READ_AT_ONCE, size - at)).asByteBuffer());
                if (n < 0) {
                    throw new ModelException(path + ": expected " + size + " bytes, got " + at);
                }
                at += n;
            }
            return copy.asReadOnly();
        }
    }
}
