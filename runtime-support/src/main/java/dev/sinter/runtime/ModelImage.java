package dev.sinter.runtime;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;

/**
 * A compiled model: what the compiler hands to {@link Model#define} or writes to a jar.
 *
 * @param info what the model says of itself
 * @param classes the emitted classes' bytes by binary name
 * @param weights the packed weights; kept, not copied, and so to be left unchanged and alive
 * @param resources further files by path, the IR dump among them
 */
public record ModelImage(ModelInfo info, Map<String, byte[]> classes, MemorySegment weights,
        Map<String, byte[]> resources) {
    /**
     * Copies the maps, but not the bytes, and checks the weights' size.
     *
     * @throws ModelException if the weights' size is not what the information says
     */
    public ModelImage {
        classes = Map.copyOf(classes);
        resources = Map.copyOf(resources);
        if (weights.byteSize() != info.weightsBytes()) {
            throw new ModelException("model '" + info.name() + "': expected " + info.weightsBytes()
                    + " bytes of weights, got " + weights.byteSize());
        }
    }

    /**
     * How large the emitted classes are.
     *
     * @return bytes of all of them
     */
    public long classBytes() {
        long bytes = 0;
        for (byte[] type : classes.values()) {
            bytes += type.length;
        }
        return bytes;
    }

    /**
     * Reads a jar whole; for tools that look into it.
     *
     * @param jar a jar that the compiler wrote
     * @return its content
     * @throws ModelException if the file is corrupt or no model
     * @throws IOException if it can't be read
     */
    public static ModelImage read(Path jar) throws IOException {
        return ModelJar.open(jar).image();
    }
}
