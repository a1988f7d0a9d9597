package dev.sinter.runtime.library.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The first image of a <a href="https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf">TIFF</a> file: bilevel,
 * gray, palette or RGB in strips or tiles, plain or packed by PackBits, LZW or Deflate.
 */
final class Tiff {
    private static final int WIDTH = 256;
    private static final int HEIGHT = 257;
    private static final int BITS = 258;
    private static final int COMPRESSION = 259;
    private static final int PHOTOMETRIC = 262;
    private static final int STRIP_OFFSETS = 273;
    private static final int SAMPLES = 277;
    private static final int ROWS_PER_STRIP = 278;
    private static final int STRIP_BYTES = 279;
    private static final int PLANAR = 284;
    private static final int PREDICTOR = 317;
    private static final int COLOR_MAP = 320;
    private static final int TILE_WIDTH = 322;
    private static final int TILE_HEIGHT = 323;
    private static final int TILE_OFFSETS = 324;
    private static final int TILE_BYTES = 325;

    private final byte[] file;
    private final ByteBuffer in;
    private final Map<Integer, long[]> tags = new HashMap<>();

    private Tiff(byte[] file) {
        this.file = file;
        in = ByteBuffer.wrap(file).order(file[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int at = in.getInt(4);
        int count = in.getShort(at) & 0xFFFF;
        for (int i = 0; i < count; i++) {
            entry(at + 2 + 12 * i);
        }
    }

    private void entry(int at) {
        int type = in.getShort(at + 2);
        int width = switch (type) {
            case 1, 2, 7 -> 1;
            case 3 -> 2;
            case 4 -> 4;
            default -> 0;
        };
        int count = in.getInt(at + 4);
        if (width == 0 || count < 0 || (long) count * width > file.length) {
            return;
        }
        int from = count * width <= 4 ? at + 8 : in.getInt(at + 8);
        var values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = switch (width) {
                case 1 -> in.get(from + i) & 0xFF;
                case 2 -> in.getShort(from + 2 * i) & 0xFFFF;
                default -> in.getInt(from + 4 * i) & 0xFFFF_FFFFL;
            };
        }
        tags.put((int) in.getShort(at), values);
    }

    private int tag(int tag, int otherwise) {
        long[] values = tags.get(tag);
        return values == null || values.length == 0 ? otherwise : Math.toIntExact(values[0]);
    }

    static Picture read(byte[] file) {
        return new Tiff(file).read();
    }

    private Picture read() {
        var out = Picture.of(tag(WIDTH, 0), tag(HEIGHT, 0), file);
        int samples = tag(SAMPLES, 1);
        int bits = tag(BITS, 1);
        boolean tiled = tags.containsKey(TILE_OFFSETS);
        int width = tiled ? tag(TILE_WIDTH, 0) : out.width();
        int height = tiled ? tag(TILE_HEIGHT, 0)
                : (int) Math.min(out.height(), tags.getOrDefault(ROWS_PER_STRIP, new long[]{out.height()})[0]);
        boolean planar = tag(PLANAR, 1) == 2 && samples > 1;
        Picture.check(width, height, file);
        if (samples < 1 || samples > 16 || width < 1 || height < 1
                || bits != 1 && bits != 2 && bits != 4 && bits != 8 && bits != 16) {
            throw new IllegalArgumentException("TIFF of " + samples + " samples of " + bits + " bits");
        }
        int across = (out.width() + width - 1) / width;
        int down = (out.height() + height - 1) / height;
        long[] offsets = tags.get(tiled ? TILE_OFFSETS : STRIP_OFFSETS);
        long[] lengths = tags.get(tiled ? TILE_BYTES : STRIP_BYTES);
        int planes = planar ? samples : 1;
        int each = planar ? 1 : samples;
        int[][] channels = new int[Math.min(samples, 3)][Math.multiplyExact(out.width(), out.height())];
        for (int piece = 0; piece < across * down * planes; piece++) {
            int plane = piece / (across * down);
            int x = piece % across * width;
            int y = piece / across % down * height;
            int rowBytes = Math.toIntExact(((long) width * each * bits + 7) / 8);
            byte[] data = unpack(Math.toIntExact(offsets[piece]), Math.toIntExact(lengths[piece]),
                    Math.multiplyExact(rowBytes, tiled ? height : Math.min(height, out.height() - y)));
            for (int c = 0; c < each; c++) {
                if (plane + c < channels.length) {
                    spread(data, rowBytes, new int[]{x, y, width, height, c, each, bits}, out, channels[plane + c]);
                }
            }
        }
        color(out, channels, bits);
        return out;
    }

    /** Takes a channel out of a strip or tile; area is x, y, width, height, channel, channels, bits. */
    private void spread(byte[] data, int rowBytes, int[] area, Picture out, int[] channel) {
        int each = area[5];
        int bits = area[6];
        boolean differences = tag(PREDICTOR, 1) == 2 && bits >= 8;
        boolean little = in.order() == ByteOrder.LITTLE_ENDIAN;
        for (int y = 0; y < area[3] && area[1] + y < out.height(); y++) {
            int before = 0;
            for (int x = 0; x < area[2] && area[0] + x < out.width(); x++) {
                int index = x * each + area[4];
                int value;
                if (bits == 16) {
                    int at = y * rowBytes + 2 * index;
                    int first = data[at] & 0xFF;
                    int second = data[at + 1] & 0xFF;
                    value = little ? second << 8 | first : first << 8 | second;
                } else {
                    int bit = index * bits;
                    value = data[y * rowBytes + bit / 8] >> 8 - bits - bit % 8 & (1 << bits) - 1;
                }
                value = differences ? value + before & (1 << bits) - 1 : value;
                before = value;
                channel[(area[1] + y) * out.width() + area[0] + x] = value;
            }
        }
    }

    private void color(Picture out, int[][] channels, int bits) {
        int photometric = tag(PHOTOMETRIC, 1);
        long[] map = tags.get(COLOR_MAP);
        int most = (1 << bits) - 1;
        for (int i = 0; i < channels[0].length; i++) {
            int x = i % out.width();
            int y = i / out.width();
            if (photometric == 3 && map != null) {
                int entries = map.length / 3;
                int v = channels[0][i];
                out.set(x, y, (int) map[v] >> 8, (int) map[entries + v] >> 8, (int) map[2 * entries + v] >> 8);
            } else if (photometric == 2 && channels.length == 3) {
                out.set(x, y, eight(channels[0][i], bits), eight(channels[1][i], bits), eight(channels[2][i], bits));
            } else if (photometric <= 1) {
                int gray = eight(photometric == 0 ? most - channels[0][i] : channels[0][i], bits);
                out.set(x, y, gray, gray, gray);
            } else {
                throw new IllegalArgumentException("TIFF photometric interpretation " + photometric);
            }
        }
    }

    private static int eight(int value, int bits) {
        return bits >= 8 ? value >> bits - 8 : value * 255 / ((1 << bits) - 1);
    }

    private byte[] unpack(int from, int length, int size) {
        byte[] packed = Arrays.copyOfRange(file, from, Math.addExact(from, length));
        if (length > file.length - from) {
            throw new IllegalArgumentException("a strip beyond the end of the file");
        }
        return Arrays.copyOf(switch (tag(COMPRESSION, 1)) {
            case 1 -> packed;
            case 5 -> lzw(packed, size);
            case 8, 32946 -> inflate(packed, size);
            case 32773 -> packBits(packed, size);
            default -> throw new IllegalArgumentException("TIFF compression " + tag(COMPRESSION, 1));
        }, size);
    }

    private static byte[] inflate(byte[] packed, int size) {
        var out = new byte[size];
        try (var inflater = new Inflater()) {
            inflater.setInput(packed);
            int at = 0;
            while (at < size) {
                int got = inflater.inflate(out, at, size - at);
                if (got == 0) {
                    break;
                }
                at += got;
            }
            return out;
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("damaged image data", e);
        }
    }

    private static byte[] packBits(byte[] packed, int size) {
        var out = new byte[size];
        int to = 0;
        for (int at = 0; at < packed.length && to < size;) {
            int n = packed[at++];
            int count = Math.min(n >= 0 ? n + 1 : 1 - n, size - to);
            if (n >= 0) {
                System.arraycopy(packed, at, out, to, count);
                at += n + 1;
                to += count;
            } else if (n != -128) {
                Arrays.fill(out, to, to + count, packed[at++]);
                to += count;
            }
        }
        return out;
    }

    private static byte[] lzw(byte[] packed, int size) {
        var out = new ByteArrayOutputStream(size);
        var table = new byte[4097][];
        int next = 258;
        byte[] before = null;
        int bit = 0;
        while (out.size() < size) {
            int width = next >= 2047 ? 12 : next >= 1023 ? 11 : next >= 511 ? 10 : 9;
            int code = 0;
            for (int i = 0; i < width; i++, bit++) {
                code = code << 1 | packed[bit / 8] >> 7 - bit % 8 & 1;
            }
            if (code == 257) {
                break;
            }
            if (code == 256) {
                next = 258;
                before = null;
                continue;
            }
            byte[] now = code < 256 ? new byte[]{(byte) code} : code < next ? table[code] : null;
            if (before != null && next < table.length) {
                byte[] added = Arrays.copyOf(before, before.length + 1);
                added[before.length] = now == null ? before[0] : now[0];
                table[next++] = added;
                now = now == null ? added : now;
            }
            out.write(now, 0, now.length);
            before = now;
        }
        return out.toByteArray();
    }
}
