package dev.sinter.ir;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A store of constants in one file, {@code constants.bin}, shared by all dumps in a folder. The file is only ever
 * appended to: a magic number, then for each constant its record: {@code int32} length of the header; the header: key,
 * label of the element type, rank and sizes, number of payload bytes; the payload. All numbers are little-endian, texts
 * are UTF-8 behind an {@code int32} length. Opening reads the headers alone; a record that was cut off by a crash is
 * written over.
 */
public final class ConstantFile implements Constants, Closeable {
    /** The file's name in a folder of dumps. */
    public static final String NAME = "constants.bin";

    private static final long MAGIC = 0x31434e4f43544e53L;
    private static final int CHUNK = 1 << 20;

    /** Where a constant lies in the file. */
    private record Entry(DType dtype, long[] dims, long position, long bytes) {
    }

    private final FileChannel channel;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private long end;

    private ConstantFile(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Opens the store of a folder, or begins one.
     *
     * @param folder
     *            an existing folder
     * @return the store, not safe for several threads or processes
     * @throws IOException
     *             if the file can't be read or made
     * @throws IrException
     *             if there is a file of that name that is no store
     */
    public static ConstantFile open(Path folder) throws IOException {
        var file = folder.resolve(NAME);
        var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE,
                StandardOpenOption.CREATE);
        try {
            var store = new ConstantFile(channel);
            store.readIndex(file);
            return store;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void readIndex(Path file) throws IOException {
        long size = channel.size();
        if (size < Long.BYTES) {
            channel.truncate(0);
            write(buffer(Long.BYTES).putLong(MAGIC).flip());
            return;
        }
        if (read(0, Long.BYTES).getLong() != MAGIC) {
            throw new IrException(file + " is no store of constants");
        }
        end = Long.BYTES;
        while (end + Integer.BYTES <= size) {
            int length = read(end, Integer.BYTES).getInt();
            if (length <= 0 || end + Integer.BYTES + length > size) {
                break;
            }
            var header = read(end + Integer.BYTES, length);
            var key = text(header);
            var dtype = DType.of(text(header));
            var dims = new long[header.getInt()];
            header.asLongBuffer().get(dims);
            long bytes = header.getLong(length - Long.BYTES);
            long payload = end + Integer.BYTES + length;
            if (payload + bytes > size) {
                break;
            }
            entries.put(key, new Entry(dtype, dims, payload, bytes));
            end = payload + bytes;
        }
        channel.truncate(end);
    }

    @Override
    public String put(TensorData data) {
        var key = ConstantSink.key(data);
        for (int next = 1; entries.containsKey(key); next++) {
            if (get(key).equals(data)) {
                return key;
            }
            key = ConstantSink.key(data) + "_" + next;
        }
        try {
            append(key, data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return key;
    }

    private void append(String key, TensorData data) throws IOException {
        var payload = Elements.toBytes(data);
        var keyBytes = key.getBytes(StandardCharsets.UTF_8);
        var label = data.dtype().label().getBytes(StandardCharsets.UTF_8);
        var dims = data.dims();
        int length = 3 * Integer.BYTES + keyBytes.length + label.length + Long.BYTES * (dims.length + 1);
        var header = buffer(Integer.BYTES + length).putInt(length);
        header.putInt(keyBytes.length).put(keyBytes).putInt(label.length).put(label).putInt(dims.length);
        for (var dim : dims) {
            header.putLong(dim);
        }
        header.putLong(payload.remaining());
        long start = end;
        long bytes = payload.remaining();
        write(header.flip());
        write(payload);
        entries.put(key, new Entry(data.dtype(), dims, start + Integer.BYTES + length, bytes));
    }

    @Override
    public TensorData get(String key) {
        var entry = entries.get(key);
        if (entry == null) {
            throw new IrException("there is no constant #" + key + " in " + NAME);
        }
        try {
            return Elements.fromBytes(entry.dtype(), entry.dims(),
                    read(entry.position(), Math.toIntExact(entry.bytes())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String text(ByteBuffer header) {
        var bytes = new byte[header.getInt()];
        header.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private ByteBuffer read(long position, int bytes) throws IOException {
        var out = buffer(bytes);
        while (out.hasRemaining()) {
            out.limit(Math.min(bytes, out.position() + CHUNK));
            if (channel.read(out, position + out.position()) < 0) {
                throw new IOException(NAME + " ends within a constant");
            }
            out.limit(bytes);
        }
        return out.flip().order(ByteOrder.LITTLE_ENDIAN);
    }

    private void write(ByteBuffer data) throws IOException {
        while (data.hasRemaining()) {
            end += channel.write(data, end);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
