package dev.sinter.runtime;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Bytes of a file or a part of one. They are a buffer as long as they fit one: the classes behind the methods of a
 * segment take a process some ten milliseconds when it begins. Only who computes with vectors asks for the segment.
 */
final class FileBytes {
    private static final int READ_AT_ONCE = 1 << 20;

    private final ByteBuffer buffer; // null: there is only the segment
    private MemorySegment segment;   // null: nobody has asked for it

    private FileBytes(ByteBuffer buffer, MemorySegment segment) {
        this.buffer = buffer;
        this.segment = segment;
    }

    static FileBytes of(ByteBuffer buffer) {
        return new FileBytes(buffer, null);
    }

    static FileBytes of(MemorySegment segment) {
        return new FileBytes(null, segment);
    }

    /** No bytes. */
    static FileBytes none() {
        return of(ByteBuffer.allocateDirect(0));
    }

    /** A file's bytes: mapped if it is a plain one, else copied to memory outside the heap. */
    static FileBytes map(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            if (path.getFileSystem() != FileSystems.getDefault()) {
                return copy(path, channel, size);
            }
            // the way to a mapped buffer that has no segment leads through reflection, which is slower yet
            MemorySegment mapped = channel.map(MapMode.READ_ONLY, 0, size, Arena.ofAuto());
            return size <= Integer.MAX_VALUE ? of(mapped.asByteBuffer()) : of(mapped);
        }
    }

    private static FileBytes copy(Path path, FileChannel channel, long size) throws IOException {
        MemorySegment copy = Arena.ofAuto().allocate(Math.max(1, size), ModelInfo.WEIGHTS_ALIGNMENT).asSlice(0, size);
        long at = 0;
        while (at < size) {
            int n = channel.read(copy.asSlice(at, Math.min(READ_AT_ONCE, size - at)).asByteBuffer());
            if (n < 0) {
                throw new ModelException(path + ": expected " + size + " bytes, got " + at);
            }
            at += n;
        }
        return of(copy.asReadOnly());
    }

    long size() {
        return buffer == null ? segment.byteSize() : buffer.capacity();
    }

    /** Fills an array with the bytes from a place on. */
    void get(long at, byte[] to) {
        if (buffer == null) {
            segment.asSlice(at, to.length).asByteBuffer().get(to);
        } else {
            buffer.get(Math.toIntExact(at), to);
        }
    }

    /** A part. */
    FileBytes slice(long at, long length) {
        return buffer == null ? of(segment.asSlice(at, length))
                : of(buffer.slice(Math.toIntExact(at), Math.toIntExact(length)));
    }

    /** A part as a buffer. */
    ByteBuffer buffer(long at, int length) {
        return buffer == null ? segment.asSlice(at, length).asByteBuffer()
                : buffer.slice(Math.toIntExact(at), length);
    }

    /** Whether the first byte's address is a multiple of a power of two. */
    boolean isAligned(int alignment) {
        return buffer == null ? segment.address() % alignment == 0
                : buffer.isDirect() && buffer.alignmentOffset(0, alignment) == 0;
    }

    /** All as a read-only segment. */
    synchronized MemorySegment segment() {
        if (segment == null) {
            segment = MemorySegment.ofBuffer(buffer);
        }
        return segment.isReadOnly() ? segment : segment.asReadOnly();
    }
}
