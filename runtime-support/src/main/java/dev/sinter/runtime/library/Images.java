package dev.sinter.runtime.library;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import dev.sinter.runtime.library.image.Picture;
import java.util.Arrays;
import java.util.Locale;

/** <a href="https://onnx.ai/onnx/operators/onnx__ImageDecoder.html">ImageDecoder</a>. */
final class Images {
    private Images() {
    }

    /**
     * {@code file u8[n] -> u8[h,w,c]}, c = 3 for RGB and BGR, 1 for Grayscale; {@code u8[0,0,c]} for what can't be
     * decoded, as the operator demands.
     */
    static Value[] decode(Invocation call) {
        Tensor file = call.tensor(0, DType.U8);
        String format = call.text("pixel_format", "RGB").toUpperCase(Locale.ROOT);
        boolean gray = format.equals("GRAYSCALE");
        if (!gray && !format.equals("RGB") && !format.equals("BGR")) {
            throw call.wrong("argument pixel_format: expected RGB, BGR or Grayscale, got '" + format + "'");
        }
        Picture picture;
        try {
            picture = Picture.read(Arrays.copyOf((byte[]) file.array(), (int) file.size()));
        } catch (RuntimeException damaged) {
            // A damaged file can break any rule of its format; the operator's answer is the same for all.
            return new Value[]{Tensor.of(DType.U8, new byte[0], 0, 0, gray ? 1 : 3)};
        }
        byte[] pixels = gray ? gray(picture.rgb()) : picture.rgb();
        if (format.equals("BGR")) {
            for (int i = 0; i < pixels.length; i += 3) {
                byte red = pixels[i];
                pixels[i] = pixels[i + 2];
                pixels[i + 2] = red;
            }
        }
        return new Value[]{Tensor.of(DType.U8, pixels, picture.height(), picture.width(), gray ? 1 : 3)};
    }

    /** Luma as ITU-R BT.601 weighs it, in 16 bits of fraction. */
    private static byte[] gray(byte[] rgb) {
        var out = new byte[rgb.length / 3];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) ((rgb[3 * i] & 0xFF) * 19595 + (rgb[3 * i + 1] & 0xFF) * 38470
                    + (rgb[3 * i + 2] & 0xFF) * 7471 + 0x8000 >> 16);
        }
        return out;
    }
}
