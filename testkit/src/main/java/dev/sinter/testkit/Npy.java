package dev.sinter.testkit;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * NumPy's file format of one array, versions 1 to 3, in either byte order and either memory order
 * (<a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">numpy.lib.format</a>).
 *
 * <p>
 * Types that NumPy does not know are written in the narrowest one that holds them exactly: bf16 and 8-bit floats as
 * float32, packed integers as int8 or uint8.
 */
public final class Npy {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([<>=|])([a-zA-Z])(\\d{1,7})'");
    private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([\\d\\s,L]*)\\)");
    /** Data begins at a multiple of this, as NumPy writes it. */
    private static final int ALIGNMENT = 64;

    private Npy() {
    }

    private record Header(ByteOrder order, char kind, int itemBytes, boolean fortran, long[] shape, int dataStart) {
    }

    /**
     * Reads a file.
     *
     * @param file
     *            an {@code .npy} file
     * @return its array
     * @throws IOException
     *             if it can't be read
     * @throws ModelException
     *             if it is no such file or its element type has no counterpart
     */
    public static Tensor read(Path file) throws IOException {
        return parse(Files.readAllBytes(file), file.toString());
    }

    /**
     * Reads an array from a file's bytes.
     *
     * @param bytes
     *            the whole file
     * @param what
     *            the file's name, for messages
     * @return its array
     * @throws ModelException
     *             if it is no such file or its element type has no counterpart
     */
    public static Tensor parse(byte[] bytes, String what) {
        var header = header(bytes, what);
        long elements = elements(header.shape(), bytes.length);
        long wanted = elements * header.itemBytes();
        long there = bytes.length - header.dataStart();
        if (wanted != there) {
            throw new ModelException(what + ": shape " + Arrays.toString(header.shape()) + " needs " + wanted
                    + " bytes of data, the file has " + there);
        }
        var data = Arrays.copyOfRange(bytes, header.dataStart(), bytes.length);
        if (header.fortran() && header.shape().length > 1) {
            data = rowMajor(data, header.shape(), header.itemBytes());
        }
        return tensor(header, data, (int) elements, what);
    }

    /** The product of the sizes, or a number above {@code limit} if it is more than that. */
    private static long elements(long[] shape, long limit) {
        long elements = 1;
        for (long dim : shape) {
            if (dim == 0) {
                return 0;
            }
            elements = elements > limit || dim > limit ? limit + 1 : elements * dim;
        }
        return elements;
    }

    private static Header header(byte[] bytes, String what) {
        if (bytes.length < 10 || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new ModelException(what + ": not an .npy file");
        }
        int version = bytes[6];
        var in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(8);
        int fieldBytes = version == 1 ? 2 : 4;
        int length = version < 1 || version > 3 || bytes.length < 8 + fieldBytes ? -1
                : version == 1 ? in.getShort() & 0xFFFF : in.getInt();
        int start = 8 + fieldBytes;
        if (length < 0 || length > bytes.length - start) {
            throw new ModelException(what + ": broken .npy header (version " + version + ")");
        }
        var text = new String(bytes, start, length, StandardCharsets.UTF_8);
        var descr = find(DESCR, text, what);
        var fortran = find(FORTRAN, text, what).group(1).equals("True");
        var shape = shape(find(SHAPE, text, what).group(1), what);
        var order = descr.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        char kind = descr.group(2).charAt(0);
        int size = Integer.parseInt(descr.group(3)) * (kind == 'U' ? 4 : 1);
        return new Header(order, kind, size, fortran, shape, start + length);
    }

    private static long[] shape(String dims, String what) {
        try {
            return Arrays.stream(dims.replace("L", "").split(",")).map(String::strip).filter(s -> !s.isEmpty())
                    .mapToLong(Long::parseLong).toArray();
        } catch (NumberFormatException e) {
            throw new ModelException(what + ": .npy shape not understood: (" + dims + ")", e);
        }
    }

    private static Matcher find(Pattern pattern, String header, String what) {
        var matcher = pattern.matcher(header);
        if (!matcher.find()) {
            throw new ModelException(what + ": .npy header not understood: " + header.strip());
        }
        return matcher;
    }

    private static byte[] rowMajor(byte[] columnMajor, long[] shape, int itemBytes) {
        var out = new byte[columnMajor.length];
        var index = new long[shape.length];
        for (int to = 0; to < out.length; to += itemBytes) {
            long from = 0;
            for (int axis = shape.length - 1; axis >= 0; axis--) {
                from = from * shape[axis] + index[axis];
            }
            System.arraycopy(columnMajor, (int) from * itemBytes, out, to, itemBytes);
            for (int axis = shape.length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--) {
                index[axis] = 0;
            }
        }
        return out;
    }

    private static Tensor tensor(Header header, byte[] data, int elements, String what) {
        if (header.kind() == 'U' || header.kind() == 'S') {
            return Tensor.of(strings(header, data, elements), header.shape());
        }
        var dtype = switch ("" + header.kind() + header.itemBytes()) {
            case "f4" -> DType.F32;
            case "f8" -> DType.F64;
            case "f2" -> DType.F16;
            case "i1" -> DType.I8;
            case "i2" -> DType.I16;
            case "i4" -> DType.I32;
            case "i8" -> DType.I64;
            case "u1" -> DType.U8;
            case "u2" -> DType.U16;
            case "u4" -> DType.U32;
            case "u8" -> DType.U64;
            case "b1" -> DType.BOOL;
            case "c8" -> DType.C64;
            case "c16" -> DType.C128;
            default -> throw new ModelException(
                    what + ": element type '" + header.kind() + header.itemBytes() + "' has no ONNX counterpart");
        };
        var array = LittleEndian.array(dtype, ByteBuffer.wrap(data).order(header.order()), elements);
        return Tensor.of(dtype, array, header.shape());
    }

    private static String[] strings(Header header, byte[] data, int elements) {
        var out = new String[elements];
        var charset = header.kind() == 'S' ? StandardCharsets.UTF_8
                : header.order() == ByteOrder.BIG_ENDIAN ? StandardCharsets.UTF_32BE : StandardCharsets.UTF_32LE;
        for (int i = 0; i < elements; i++) {
            var padded = new String(data, i * header.itemBytes(), header.itemBytes(), charset);
            int end = padded.length();
            while (end > 0 && padded.charAt(end - 1) == 0) {
                end--;
            }
            out[i] = padded.substring(0, end);
        }
        return out;
    }

    /**
     * Writes a file.
     *
     * @param file
     *            where to
     * @param tensor
     *            what
     * @throws IOException
     *             if it can't be written
     */
    public static void write(Path file, Tensor tensor) throws IOException {
        Files.write(file, format(tensor));
    }

    /**
     * The bytes of an {@code .npy} file, version 1, little endian.
     *
     * @param tensor
     *            what to write
     * @return the file's bytes
     */
    public static byte[] format(Tensor tensor) {
        var exact = numpyType(tensor);
        var strings = exact.dtype() == DType.STRING ? exact.toStrings() : null;
        int longest = strings == null ? 0
                : Math.max(1, Arrays.stream(strings).mapToInt(s -> s.codePointCount(0, s.length())).max().orElse(1));
        var shape = Arrays.stream(exact.shape()).mapToObj(Long::toString).collect(Collectors.joining(", ", "(",
                exact.rank() == 1 ? ",)" : ")"));
        var dict = "{'descr': '" + descr(exact.dtype(), longest) + "', 'fortran_order': False, 'shape': " + shape
                + ", }";
        int used = MAGIC.length + 4 + dict.length() + 1;
        int padding = (ALIGNMENT - used % ALIGNMENT) % ALIGNMENT;
        var header = dict + " ".repeat(padding) + "\n";
        var data = strings == null ? LittleEndian.bytes(exact) : padded(strings, longest);
        var out = ByteBuffer.allocate(used + padding + data.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) header.length());
        return out.put(header.getBytes(StandardCharsets.US_ASCII)).put(data).array();
    }

    private static Tensor numpyType(Tensor tensor) {
        return switch (tensor.dtype()) {
            case BF16, F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 ->
                    Tensor.of(tensor.toFloats(), tensor.shape());
            case I4, I2 -> Tensor.of(DType.I8, tensor.toBytes(), tensor.shape());
            case U4, U2 -> Tensor.of(DType.U8, tensor.toBytes(), tensor.shape());
            default -> tensor;
        };
    }

    private static String descr(DType dtype, int longest) {
        return switch (dtype) {
            case F32 -> "<f4";
            case F64 -> "<f8";
            case F16 -> "<f2";
            case I8 -> "|i1";
            case I16 -> "<i2";
            case I32 -> "<i4";
            case I64 -> "<i8";
            case U8 -> "|u1";
            case U16 -> "<u2";
            case U32 -> "<u4";
            case U64 -> "<u8";
            case BOOL -> "|b1";
            case C64 -> "<c8";
            case C128 -> "<c16";
            case STRING -> "<U" + longest;
            default -> throw new ModelException("element type " + dtype + " can't be written as .npy");
        };
    }

    private static byte[] padded(String[] strings, int longest) {
        var out = ByteBuffer.allocate(Math.multiplyExact(strings.length, longest * 4)).order(ByteOrder.LITTLE_ENDIAN);
        for (var s : strings) {
            int end = out.position() + longest * 4;
            s.codePoints().forEach(out::putInt);
            out.position(end);
        }
        return out.array();
    }
}
