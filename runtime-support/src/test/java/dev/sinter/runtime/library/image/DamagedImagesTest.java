package dev.sinter.runtime.library.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A damaged file gives a picture or an exception, and soon. */
class DamagedImagesTest {
    private static List<byte[]> files() throws IOException {
        var image = Pixels.image(40, 24, BufferedImage.TYPE_INT_RGB);
        var files = new ArrayList<byte[]>();
        for (String format : List.of("bmp", "png", "tiff", "jpeg")) {
            files.add(Pixels.write(image, format, null, -1, false));
        }
        files.add(Pixels.write(image, "jpeg", null, 0.7f, true));
        files.add(Pixels.write(image, "tiff", "LZW", -1, false));
        files.add(Vp8LTest.file(8, 8, new int[64], false));
        // The JDK writes neither lossy WebP nor JPEG 2000; ONNX's cases hold one of each.
        var shared = Path.of(System.getProperty("sinter.shared", "shared"), "onnx-cases", "node");
        for (String name : List.of("webp", "jpeg2k")) {
            var file = shared.resolve("test_image_decoder_decode_" + name + "_rgb/test_data_set_0/input_0.pb");
            if (Files.exists(file)) {
                byte[] message = Files.readAllBytes(file);
                int start = name.equals("webp") ? indexOf(message, 'R', 'I', 'F') : indexOf(message, 0, 0, 0);
                files.add(Arrays.copyOfRange(message, start, message.length));
            }
        }
        return files;
    }

    private static int indexOf(byte[] bytes, int... wanted) {
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == wanted[0] && bytes[i + 1] == wanted[1] && bytes[i + 2] == wanted[2]) {
                return i;
            }
        }
        throw new AssertionError("no image in the message");
    }

    private static boolean reads(byte[] file) {
        try {
            return Picture.read(file).width() > 0;
        } catch (RuntimeException damaged) {
            return false;
        }
    }

    @Test
    void everyChangeEnds() throws IOException {
        var random = new Random(1);
        for (byte[] file : files()) {
            assertThat(reads(file)).isTrue();
            assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
                for (int i = 0; i < 150; i++) {
                    byte[] changed = file.clone();
                    for (int n = random.nextInt(1, 6); n > 0; n--) {
                        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
                    }
                    reads(i % 5 == 0 ? Arrays.copyOf(changed, random.nextInt(changed.length)) : changed);
                }
            });
        }
    }
}
