package dev.sinter.runtime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads a zip file that lies in memory, as the
 * <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">format's definition</a> says, with the 64-bit
 * fields. It tells where an entry's bytes lie, which {@code java.util.zip} does not; stored entries of any size can be
 * used in place. Strict: whatever contradicts itself is refused.
 */
final class Zip implements ModelClassLoader.Files {
    private static final int END = 0x06054b50;
    private static final int END_SIZE = 22;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int LOCATOR_64_SIZE = 20;
    private static final int END_64 = 0x06064b50;
    private static final int END_64_SIZE = 56;
    private static final int CENTRAL = 0x02014b50;
    private static final int CENTRAL_SIZE = 46;
    private static final int LOCAL = 0x04034b50;
    private static final int LOCAL_SIZE = 30;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final int ENCRYPTED = 1;
    /** Deflate can't shrink further than this. */
    private static final int MOST_RATIO = 1032;
    private static final int WINDOW = 1 << 28;
    private static final long UNSET_32 = 0xFFFF_FFFFL;

    /** One entry. */
    record Entry(String name, boolean stored, long compressed, long size, long localHeader) {
    }

    private final FileBytes file;
    private final String label;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private long directory;

    private Zip(FileBytes file, String label) {
        this.file = file;
        this.label = label;
    }

    /**
     * Reads the directory.
     *
     * @param file the whole file
     * @param label what messages call it
     * @throws ModelException if it is corrupt
     */
    static Zip of(FileBytes file, String label) {
        var zip = new Zip(file, label);
        zip.readDirectory();
        return zip;
    }

    Set<String> names() {
        return entries.keySet();
    }

    @Override
    public boolean has(String name) {
        return entries.containsKey(name);
    }

    /** An entry's content in memory of its own; null if there is no such entry. */
    @Override
    public byte[] read(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            return null;
        }
        if (entry.size > Placement.MAX_LENGTH) {
            throw corrupt("entry '" + name + "' is too large for an array: " + entry.size);
        }
        FileBytes data = data(entry);
        var bytes = new byte[(int) entry.size];
        if (entry.stored) {
            data.get(0, bytes);
        } else {
            inflate(entry, data, FileBytes.of(ByteBuffer.wrap(bytes)));
        }
        return bytes;
    }

    /** An entry's content in the file itself if it is stored and aligned, else copied to memory outside the heap. */
    FileBytes bytes(String name, int alignment) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw corrupt("there is no entry '" + name + "'");
        }
        FileBytes data = data(entry);
        if (entry.stored && data.isAligned(alignment)) {
            return data;
        }
        MemorySegment copy = Arena.ofAuto().allocate(Math.max(1, entry.size), alignment).asSlice(0, entry.size);
        if (entry.stored) {
            copy.copyFrom(data.segment());
        } else {
            inflate(entry, data, FileBytes.of(copy));
        }
        return FileBytes.of(copy.asReadOnly());
    }

    private void readDirectory() {
        long end = findEnd();
        long count = u16(end + 10);
        long size = u32(end + 12);
        directory = u32(end + 16);
        if (u16(end + 4) != 0 && u16(end + 4) != 0xFFFF) {
            throw corrupt("it has several parts");
        }
        long limit = end;
        if (count == 0xFFFF || size == UNSET_32 || directory == UNSET_32) {
            long locator = end - LOCATOR_64_SIZE;
            if (locator >= 0 && i32(locator) == LOCATOR_64) {
                long end64 = u64(locator + 8);
                if (i32(end64) != END_64 || end64 > locator - END_64_SIZE) {
                    throw corrupt("no 64-bit end record at " + end64);
                }
                count = u64(end64 + 32);
                size = u64(end64 + 40);
                directory = u64(end64 + 48);
                limit = end64;
            }
        }
        if (size > limit || directory != limit - size || count > size / CENTRAL_SIZE) {
            throw corrupt("expected a directory of " + size + " bytes and " + count + " entries from " + directory
                    + " to " + limit);
        }
        long at = directory;
        for (long i = 0; i < count; i++) {
            at = readEntry(at, limit);
        }
        if (at != limit) {
            throw corrupt("the directory ends at " + at + ", expected " + limit);
        }
    }

    private long findEnd() {
        long last = file.size() - END_SIZE;
        for (long at = last; at >= Math.max(0, last - 0xFFFF); at--) {
            if (i32(at) == END && u16(at + 20) == last - at) {
                return at;
            }
        }
        throw corrupt("it has no end record: no jar, or cut off");
    }

    private long readEntry(long at, long limit) {
        if (at + CENTRAL_SIZE > limit || i32(at) != CENTRAL) {
            throw corrupt("no directory entry at " + at);
        }
        int nameLength = u16(at + 28);
        int extraLength = u16(at + 30);
        long next = at + CENTRAL_SIZE + nameLength + extraLength + u16(at + 32);
        if (next > limit) {
            throw corrupt("the directory entry at " + at + " is cut off");
        }
        String name = text(at + CENTRAL_SIZE, nameLength);
        int method = u16(at + 10);
        if ((u16(at + 8) & ENCRYPTED) != 0 || method != STORED && method != DEFLATED) {
            throw corrupt("entry '" + name + "': expected it stored or deflated, got method " + method);
        }
        long[] sizes = {u32(at + 24), u32(at + 20), u32(at + 42)}; // size, compressed size, position
        readExtra64(name, at + CENTRAL_SIZE + nameLength, extraLength, sizes);
        var entry = new Entry(name, method == STORED, sizes[1], sizes[0], sizes[2]);
        checkSizes(entry);
        if (entries.put(name, entry) != null) {
            throw corrupt("entry '" + name + "' stands twice");
        }
        return next;
    }

    /** Replaces what did not fit into 32 bits by the 64-bit values, which stand in a fixed order. */
    private void readExtra64(String name, long at, int length, long[] sizes) {
        long end = at + length;
        while (at + 4 <= end) {
            long fieldEnd = at + 4 + u16(at + 2);
            if (fieldEnd > end) {
                return; // some jar tools pad with what is no field; nothing of it is needed
            }
            if (u16(at) == 1) {
                long value = at + 4;
                for (int i = 0; i < sizes.length; i++) {
                    if (sizes[i] == UNSET_32) {
                        if (value + 8 > fieldEnd) {
                            throw corrupt("entry '" + name + "': its 64-bit sizes are cut off");
                        }
                        sizes[i] = u64(value);
                        value += 8;
                    }
                }
                return;
            }
            at = fieldEnd;
        }
    }

    private void checkSizes(Entry entry) {
        boolean possible = entry.stored ? entry.size == entry.compressed
                : entry.size / MOST_RATIO <= entry.compressed;
        if (entry.size < 0 || entry.compressed < 0 || !possible) {
            throw corrupt("entry '" + entry.name + "': impossible sizes " + entry.compressed + " and " + entry.size);
        }
        if (entry.localHeader < 0 || entry.localHeader > directory - LOCAL_SIZE
                || entry.compressed > directory - LOCAL_SIZE - entry.localHeader) {
            throw corrupt("entry '" + entry.name + "' does not lie within the file");
        }
    }

    /** The entry's bytes in the file. */
    private FileBytes data(Entry entry) {
        long at = entry.localHeader;
        if (i32(at) != LOCAL || !text(at + LOCAL_SIZE, u16(at + 26)).equals(entry.name)) {
            throw corrupt("entry '" + entry.name + "': no local header at " + at);
        }
        long begin = at + LOCAL_SIZE + u16(at + 26) + u16(at + 28);
        if (begin > directory - entry.compressed) {
            throw corrupt("entry '" + entry.name + "' does not lie within the file");
        }
        return file.slice(begin, entry.compressed);
    }

    private void inflate(Entry entry, FileBytes from, FileBytes to) {
        try (var inflater = new Inflater(true)) {
            long read = 0;
            long written = 0;
            while (!inflater.finished()) {
                if (inflater.needsInput()) {
                    int length = (int) Math.min(WINDOW, from.size() - read);
                    if (length == 0) {
                        break;
                    }
                    inflater.setInput(from.buffer(read, length));
                    read += length;
                }
                int room = (int) Math.min(WINDOW, to.size() - written);
                int n = inflater.inflate(room == 0 ? ByteBuffer.allocate(1) : to.buffer(written, room));
                if (room == 0 && n > 0) {
                    throw corrupt("entry '" + entry.name + "' is longer than " + entry.size + " bytes");
                }
                written += n;
                if (n == 0 && !inflater.needsInput() && !inflater.finished()) {
                    break;
                }
            }
            if (!inflater.finished() || written != entry.size) {
                throw corrupt("entry '" + entry.name + "': expected " + entry.size + " bytes, got " + written);
            }
        } catch (DataFormatException e) {
            throw new ModelException(label + ": entry '" + entry.name + "' is corrupt: " + e.getMessage(), e);
        }
    }

    private String text(long at, int length) {
        if (at > file.size() - length) {
            throw corrupt("it is cut off at " + at);
        }
        return new String(bytes(at, length), StandardCharsets.UTF_8);
    }

    private int u16(long at) {
        return (int) number(at, 2);
    }

    private int i32(long at) {
        return (int) number(at, 4);
    }

    private long u32(long at) {
        return number(at, 4);
    }

    private long u64(long at) {
        return number(at, 8);
    }

    /** A number of some bytes, the lowest first. */
    private long number(long at, int bytes) {
        if (at < 0 || at > file.size() - bytes) {
            throw corrupt("it is cut off at " + at);
        }
        byte[] copy = bytes(at, bytes);
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << Byte.SIZE | copy[i] & 0xFF;
        }
        return value;
    }

    private byte[] bytes(long at, int length) {
        var copy = new byte[length];
        file.get(at, copy);
        return copy;
    }

    private ModelException corrupt(String what) {
        return new ModelException(label + " is no usable jar: " + what);
    }
}
