package dev.sinter;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;

/** Writes a zip file front to back, sizes first, with 64-bit fields where 32 bits are too few. */
final class ZipWriter {
    /** Largest part of an entry handled at once, in bytes. */
    static final long WINDOW = 1 << 28;
    /**
     * Bytes written at once. Linux keeps what was written together as one page of its cache, of up to 2 MB, and a
     * process that maps the file and reads one row of a table of embeddings has all of that page for its own: 40 MB
     * more for a small encoder.
     */
    private static final int PIECE = 1 << 16;

    private static final int LOCAL = 0x04034b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int END_64 = 0x06064b50;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int LOCAL_BYTES = 30;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final int UTF8 = 1 << 11;
    private static final int DATE = 2 << 5 | 1; // 1980-02-01, a day later than what time zones could push below 1980
    private static final int VERSION = 20;
    private static final int VERSION_64 = 45;
    private static final long MOST_32 = 0xFFFF_FFFFL;
    private static final int MOST_16 = 0xFFFF;
    private static final int EXTRA_64 = 1;
    /** The field that zipalign-like tools pad with: an alignment, then zeros. */
    private static final int EXTRA_ALIGNMENT = 0xD935;
    private static final int EXTRA_ALIGNMENT_BYTES = 6;

    private record Entry(byte[] name, int method, long crc, long compressed, long size, long position) {
    }

    private final WritableByteChannel channel;
    private final List<Entry> entries = new ArrayList<>();
    private final long largest;
    private long position;

    ZipWriter(WritableByteChannel channel) {
        this(channel, MOST_32);
    }

    /** A writer that uses the 64-bit fields from a smaller size on, so that they can be tested. */
    ZipWriter(WritableByteChannel channel, long largest) {
        this.channel = channel;
        this.largest = largest;
    }

    private boolean large(Entry entry) {
        return entry.size() >= largest || entry.compressed() >= largest;
    }

    /** Adds a compressed file. */
    void deflated(String name, byte[] content) throws IOException {
        var data = deflate(content);
        var entry = new Entry(name.getBytes(StandardCharsets.UTF_8), DEFLATED,
                JarWriter.checksum(MemorySegment.ofArray(content)), data.length, content.length, position);
        header(entry, 0);
        put(ByteBuffer.wrap(data));
    }

    /** Adds an uncompressed file, its data at a multiple of the alignment. */
    void stored(String name, MemorySegment content, int alignment) throws IOException {
        var entry = new Entry(name.getBytes(StandardCharsets.UTF_8), STORED, JarWriter.checksum(content),
                content.byteSize(), content.byteSize(), position);
        header(entry, alignment);
        for (long at = 0; at < content.byteSize(); at += WINDOW) {
            put(JarWriter.window(content, at));
        }
    }

    private static byte[] deflate(byte[] content) {
        try (var deflater = new Deflater(Deflater.BEST_COMPRESSION, true)) {
            deflater.setInput(content);
            deflater.finish();
            var out = new ByteArrayOutputStream();
            var chunk = new byte[1 << 14];
            while (!deflater.finished()) {
                out.write(chunk, 0, deflater.deflate(chunk));
            }
            return out.toByteArray();
        }
    }

    private void header(Entry entry, int alignment) throws IOException {
        entries.add(entry);
        int extra64 = large(entry) ? 20 : 0;
        int plain = LOCAL_BYTES + entry.name().length + extra64;
        int padding = 0;
        if (alignment > 1) {
            long begin = position + plain + EXTRA_ALIGNMENT_BYTES;
            padding = EXTRA_ALIGNMENT_BYTES + (int) (Math.ceilDiv(begin, alignment) * alignment - begin);
        }
        var out = little(plain + padding);
        out.putInt(LOCAL);
        common(out, entry, large(entry));
        out.putShort((short) entry.name().length).putShort((short) (extra64 + padding)).put(entry.name());
        if (large(entry)) {
            out.putShort((short) EXTRA_64).putShort((short) 16).putLong(entry.size()).putLong(entry.compressed());
        }
        if (padding > 0) {
            out.putShort((short) EXTRA_ALIGNMENT).putShort((short) (padding - 4)).putShort((short) alignment);
            out.position(out.capacity());
        }
        put(out.flip());
    }

    /** What the local and the central header share: from the version needed to the size. */
    private void common(ByteBuffer out, Entry entry, boolean large) {
        out.putShort((short) (large ? VERSION_64 : VERSION)).putShort((short) UTF8).putShort((short) entry.method());
        out.putShort((short) 0).putShort((short) DATE).putInt((int) entry.crc());
        out.putInt((int) (large(entry) ? MOST_32 : entry.compressed()));
        out.putInt((int) (large(entry) ? MOST_32 : entry.size()));
    }

    private void central(Entry entry) throws IOException {
        boolean far = entry.position() >= largest;
        int fields = (large(entry) ? 16 : 0) + (far ? 8 : 0);
        int extra = fields == 0 ? 0 : 4 + fields;
        var out = little(46 + entry.name().length + extra);
        out.putInt(CENTRAL).putShort((short) VERSION_64);
        common(out, entry, fields > 0);
        out.putShort((short) entry.name().length).putShort((short) extra).putShort((short) 0);
        out.putShort((short) 0).putShort((short) 0).putInt(0);
        out.putInt((int) (far ? MOST_32 : entry.position())).put(entry.name());
        if (fields > 0) {
            out.putShort((short) EXTRA_64).putShort((short) fields);
            if (large(entry)) {
                out.putLong(entry.size()).putLong(entry.compressed());
            }
            if (far) {
                out.putLong(entry.position());
            }
        }
        put(out.flip());
    }

    /** Writes the directory. */
    void finish() throws IOException {
        long begin = position;
        for (var entry : entries) {
            central(entry);
        }
        long size = position - begin;
        boolean large = begin >= largest || size >= largest || entries.size() >= MOST_16;
        if (large) {
            long end64 = position;
            var out = little(56 + 20);
            out.putInt(END_64).putLong(44).putShort((short) VERSION_64).putShort((short) VERSION_64);
            out.putInt(0).putInt(0);
            out.putLong(entries.size()).putLong(entries.size()).putLong(size).putLong(begin);
            out.putInt(LOCATOR_64).putInt(0).putLong(end64).putInt(1);
            put(out.flip());
        }
        short count = (short) (large ? MOST_16 : entries.size());
        var out = little(22);
        out.putInt(END).putShort((short) 0).putShort((short) 0).putShort(count).putShort(count);
        out.putInt((int) (large ? MOST_32 : size)).putInt((int) (large ? MOST_32 : begin)).putShort((short) 0);
        put(out.flip());
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void put(ByteBuffer data) throws IOException {
        position += data.remaining();
        while (data.hasRemaining()) {
            var piece = data.slice(data.position(), Math.min(PIECE, data.remaining()));
            channel.write(piece);
            data.position(data.position() + piece.position());
        }
    }
}
