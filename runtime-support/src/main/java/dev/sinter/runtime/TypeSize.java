package dev.sinter.runtime;

import java.util.Map;

/** Types as the IR dump prints them, {@code f32[B,(S + 1),384]}, with sizes put in. */
final class TypeSize {
    private final String text;
    private final Map<String, Long> sizes;
    private int at;

    private TypeSize(String text, Map<String, Long> sizes) {
        this.text = text;
        this.sizes = sizes;
    }

    /** The type with numbers for its dimensions, or as it is where some are unknown. */
    static String text(String type, Map<String, Long> sizes) {
        long[] dims = dims(type, sizes);
        if (dims == null) {
            return type;
        }
        var out = new StringBuilder(type.substring(0, type.indexOf('['))).append('[');
        for (int i = 0; i < dims.length; i++) {
            out.append(i == 0 ? "" : ",").append(dims[i]);
        }
        return out.append(']').toString();
    }

    /** Bytes of the elements; 0 where they are unknown. */
    static long bytes(String type, Map<String, Long> sizes) {
        long[] dims = dims(type, sizes);
        if (dims == null) {
            return 0;
        }
        DType dtype = DType.parse(type.substring(0, type.indexOf('[')));
        return dtype == DType.STRING ? 0 : dtype.storage().bytes() * dtype.arrayLength(Tensor.size(dtype, dims));
    }

    private static long[] dims(String type, Map<String, Long> sizes) {
        int open = type.indexOf('[');
        if (type.endsWith("[]")) {
            return new long[0];
        }
        try {
            var reader = new TypeSize(type.substring(open + 1, type.length() - 1), sizes);
            var dims = new long[count(reader.text)];
            for (int i = 0; i < dims.length; i++) {
                dims[i] = reader.sum();
                reader.take(',');
            }
            return dims;
        } catch (IllegalArgumentException e) {
            return null; // a size that only data tells
        }
    }

    private static int count(String dims) {
        int depth = 0;
        int count = 1;
        for (int i = 0; i < dims.length(); i++) {
            char c = dims.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            count += c == ',' && depth == 0 ? 1 : 0;
        }
        return count;
    }

    private boolean take(char wanted) {
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
        boolean there = at < text.length() && text.charAt(at) == wanted;
        at += there ? 1 : 0;
        return there;
    }

    /** A number, a symbol, {@code (a + b)} with any operator, {@code min(a, b)} or {@code max(a, b)}. */
    private long sum() {
        if (take('(')) {
            long left = sum();
            long value = take('+') ? left + sum() : take('*') ? left * sum() : take('/') ? divided(left, sum()) : left;
            if (!take(')')) {
                throw new IllegalArgumentException(text);
            }
            return value;
        }
        String word = word();
        if (take('(')) {
            long left = sum();
            take(',');
            long right = sum();
            take(')');
            return word.equals("min") ? Math.min(left, right) : Math.max(left, right);
        }
        Long size = sizes.get(word);
        return size != null ? size : Long.parseLong(word);
    }

    private static long divided(long left, long right) {
        if (right == 0) {
            throw new IllegalArgumentException("division by 0");
        }
        return Math.floorDiv(left, right);
    }

    private String word() {
        if (take('"')) {
            int end = text.indexOf('"', at);
            String quoted = text.substring(at, end < 0 ? text.length() : end);
            at += quoted.length() + 1;
            return quoted;
        }
        int begin = at;
        while (at < text.length() && " ,()".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return text.substring(begin, at);
    }
}
