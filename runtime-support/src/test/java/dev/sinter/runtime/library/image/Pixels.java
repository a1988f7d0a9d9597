package dev.sinter.runtime.library.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;

/** Pictures to read, written by the JDK. */
final class Pixels {
    private Pixels() {
    }

    /** Smooth areas, edges and some noise; each type from the same colors. */
    static BufferedImage image(int width, int height, int type) {
        var image = new BufferedImage(width, height, type);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int red = 255 * x / width;
                int green = 128 + (int) (100 * Math.sin(x * 0.3 + y * 0.2));
                int blue = (x / 5 + y / 7) % 2 == 0 ? 230 : (x * 31 + y * 17) % 60;
                image.setRGB(x, y, 0xFF000000 | red << 16 | green << 8 | blue);
            }
        }
        return image;
    }

    /** A file of a format; compression and quality count where they are given. */
    static byte[] write(BufferedImage image, String format, String compression, float quality, boolean progressive)
            throws IOException {
        var writer = ImageIO.getImageWritersByFormatName(format).next();
        var param = writer.getDefaultWriteParam();
        if (compression != null || quality >= 0) {
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            if (compression != null) {
                param.setCompressionType(compression);
            }
            if (quality >= 0) {
                param.setCompressionQuality(quality);
            }
        }
        if (progressive) {
            param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
        }
        var bytes = new ByteArrayOutputStream();
        try (var out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), param);
        }
        writer.dispose();
        return bytes.toByteArray();
    }

    /** What the JDK reads from a file. */
    static byte[] read(byte[] file) throws IOException {
        return rgb(ImageIO.read(new ByteArrayInputStream(file)));
    }

    static byte[] rgb(BufferedImage image) {
        var out = new byte[3 * image.getWidth() * image.getHeight()];
        int at = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int color = image.getRGB(x, y);
                out[at++] = (byte) (color >> 16);
                out[at++] = (byte) (color >> 8);
                out[at++] = (byte) color;
            }
        }
        return out;
    }
}
