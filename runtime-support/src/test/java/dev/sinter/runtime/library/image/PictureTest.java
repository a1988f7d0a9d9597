package dev.sinter.runtime.library.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PictureTest {
    @ParameterizedTest
    @CsvSource({"bmp,,1", "bmp,,13", "bmp,BI_RLE8,13", "png,,1", "png,,6", "png,,12", "png,,13", "tiff,,1",
            "tiff,LZW,1",
            "tiff,PackBits,1", "tiff,Deflate,1", "tiff,ZLib,13", "tiff,LZW,12", "tiff,PackBits,13"})
    void exactFormats(String format, String compression, int type) throws IOException {
        var image = Pixels.image(67, 45, type);
        byte[] file = Pixels.write(image, format, compression, -1, false);
        var got = Picture.read(file);
        assertThat(got.width()).isEqualTo(67);
        assertThat(got.height()).isEqualTo(45);
        assertThat(got.rgb()).isEqualTo(Pixels.rgb(image));
    }

    @Test
    void interlacedPng() throws IOException {
        var image = Pixels.image(21, 19, BufferedImage.TYPE_INT_RGB);
        assertThat(Picture.read(Pixels.write(image, "png", null, -1, true)).rgb()).isEqualTo(Pixels.rgb(image));
        var tiny = Pixels.image(1, 3, BufferedImage.TYPE_INT_RGB);
        assertThat(Picture.read(Pixels.write(tiny, "png", null, -1, true)).rgb()).isEqualTo(Pixels.rgb(tiny));
    }

    @ParameterizedTest
    @CsvSource({"64,48,0.75,false", "67,45,0.3,false", "17,33,0.95,false", "1,1,0.5,false", "3,50,0.8,false",
            "67,45,0.75,true", "128,16,0.1,true", "33,34,1,true"})
    void jpegRoundsAsLibjpegDoes(int width, int height, float quality, boolean progressive) throws IOException {
        byte[] file = Pixels.write(Pixels.image(width, height, BufferedImage.TYPE_INT_RGB), "jpeg", null, quality,
                progressive);
        assertThat(Picture.read(file).rgb()).isEqualTo(Pixels.read(file));
    }

    @Test
    void grayJpeg() throws IOException {
        byte[] file = Pixels.write(Pixels.image(50, 30, BufferedImage.TYPE_BYTE_GRAY), "jpeg", null, 0.8f, false);
        byte[] rgb = Picture.read(file).rgb();
        assertThat(rgb[0]).isEqualTo(rgb[1]).isEqualTo(rgb[2]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"P3 # words\n2 1\n255\n255 0 1 10 20 30", "P6\n2 1\n255\n\u00ff\0\1\n\24\36",
            "P6 2 1 65535\n\u00ff\u00ff\0\0\1\0\n\12\24\0\36\0"})
    void pixmaps(String file) {
        var got = Picture.read(file.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(got.width()).isEqualTo(2);
        assertThat(got.rgb()).containsExactly(255, 0, 1, 10, 20, 30);
    }

    @Test
    void graymapsAndBitmaps() {
        assertThat(Picture.read("P2 2 1 100 0 50".getBytes(StandardCharsets.ISO_8859_1)).rgb())
                .containsExactly(0, 0, 0, 128, 128, 128);
        assertThat(Picture.read("P1 2 1 1 0".getBytes(StandardCharsets.ISO_8859_1)).rgb())
                .containsExactly(0, 0, 0, 255, 255, 255);
        assertThat(Picture.read("P4 2 2\n\100\200".getBytes(StandardCharsets.ISO_8859_1)).rgb())
                .containsExactly(255, 255, 255, 0, 0, 0, 0, 0, 0, 255, 255, 255);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "P", "P6", "P6 2 2 255\nab", "BM", "GIF89a", "RIFF....WEBP", "II*\0",
            "P6 99999 99999 255\nab",
            "P6 99999999999 1 255\nab"})
    void whatIsNoImageIsRefused(String file) {
        assertThatThrownBy(() -> Picture.read(file.getBytes(StandardCharsets.ISO_8859_1)))
                .isInstanceOf(RuntimeException.class);
    }
}
