package dev.sinter.codegen.loop;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Says what a loop program means: slow and plain, families and unrolled bodies included. A scalar is a boxed value, a
 * vector an array of them.
 */
public final class Interpreter {
    /** A check that did not hold. */
    public static final class CheckFailed extends RuntimeException {
        private static final long serialVersionUID = 1;

        CheckFailed(String message) {
            super(message);
        }
    }

    private final Kernel kernel;
    private final Memory memory;
    private final Map<String, Object> names = new HashMap<>();

    private Interpreter(Kernel kernel, Memory memory) {
        this.kernel = kernel;
        this.memory = memory;
    }

    /** Runs a kernel on memory. */
    public static void run(Kernel kernel, Memory memory, List<?> args) {
        var interpreter = new Interpreter(kernel, memory);
        for (int i = 0; i < args.size(); i++) {
            interpreter.names.put(kernel.params().get(i).name(), args.get(i));
        }
        interpreter.block(kernel.body());
    }

    private void block(List<Stmt> body) {
        body.forEach(this::statement);
    }

    private void statement(Stmt stmt) {
        switch (stmt) {
            case Stmt.Let(var name, var over, var value) -> each(over, 0, key -> names.put(name + key, term(value)));
            case Stmt.Store s -> store(s);
            case Stmt.Copy copy -> copy(copy);
            case Stmt.Loop loop -> loop(loop);
            case Stmt.Unroll(var over, var body) -> each(over, 0, key -> block(body));
            case Stmt.If(var condition, var body) -> {
                if ((boolean) term(condition)) {
                    block(body);
                }
            }
            case Stmt.Either(var name, var condition, var yes, var a, var no, var b) -> {
                boolean holds = (boolean) term(condition);
                block(holds ? yes : no);
                names.put(name, term(holds ? a : b));
            }
            case Stmt.Call(var callee, var buffers, var args) -> {
                var heap = new HashMap<String, Object>();
                var formal = callee.buffers().stream().filter(b -> !b.isWeight()).toList();
                for (int i = 0; i < formal.size(); i++) {
                    heap.put(formal.get(i).name(), memory.heap().get(buffers.get(i)));
                }
                run(callee, new Memory(heap, memory.weights()), args.stream().map(this::term).toList());
            }
            case Stmt.Check(var condition, var message, var detail) -> {
                if (!(boolean) term(condition)) {
                    throw new CheckFailed(message + ", got " + term(detail));
                }
            }
        }
    }

    private interface Each {
        void accept(String key);
    }

    private void each(List<Stmt.Range> over, int depth, Each action) {
        if (depth == over.size()) {
            var key = new StringBuilder();
            over.forEach(r -> key.append('_').append(names.get(r.name())));
            action.accept(key.toString());
            return;
        }
        for (int i = 0; i < over.get(depth).end(); i++) {
            var shadowed = names.put(over.get(depth).name(), i);
            each(over, depth + 1, action);
            names.put(over.get(depth).name(), shadowed);
        }
    }

    private void loop(Stmt.Loop loop) {
        for (var carry : loop.carries()) {
            each(carry.over(), 0, key -> names.put(carry.name() + key, term(carry.init())));
        }
        int to = (int) term(loop.to());
        for (int i = (int) term(loop.from()); i < to; i += loop.step()) {
            names.put(loop.var(), i);
            block(loop.body());
            var next = new HashMap<String, Object>();
            for (var carry : loop.carries()) {
                each(carry.over(), 0, key -> next.put(carry.name() + key, term(carry.next())));
            }
            names.putAll(next);
        }
    }

    private void store(Stmt.Store store) {
        var value = term(store.value());
        long index = ((Number) term(store.index())).longValue();
        var mask = store.mask() == null ? null : term(store.mask());
        var array = memory.heap().get(store.buffer());
        int lanes = value instanceof Object[] v ? v.length : 1;
        for (int l = 0; l < lanes; l++) {
            if (mask == null || (boolean) lane(mask, l)) {
                put(array, kernel.buffer(store.buffer()).storage(), Math.toIntExact(index + l), lane(value, l));
            }
        }
    }

    private void copy(Stmt.Copy copy) {
        var from = kernel.buffer(copy.from());
        long first = ((Number) term(copy.first())).longValue();
        int count = (int) term(copy.count());
        var values = new Object[count];
        for (int i = 0; i < count; i++) {
            values[i] = get(from, first + i);
        }
        for (int i = 0; i < count; i++) {
            put(memory.heap().get(copy.buffer()), kernel.buffer(copy.buffer()).storage(), (int) term(copy.index()) + i,
                    values[i]);
        }
    }

    private static void put(Object array, Buffer.Storage storage, int i, Object value) {
        var stored = Scalars.convert(value, storage == Buffer.Storage.BOOL ? Elem.BOOL : storage.natural());
        switch (array) {
            case float[] a -> a[i] = (float) stored;
            case double[] a -> a[i] = (double) stored;
            case int[] a -> a[i] = ((Number) stored).intValue();
            case long[] a -> a[i] = (long) stored;
            case short[] a -> a[i] = (short) (int) Scalars.code(storage, stored);
            case byte[] a -> a[i] = (byte) (int) Scalars.convert(Scalars.code(storage, stored), Elem.I32);
            case String[] a -> a[i] = (String) stored;
            default -> throw new AssertionError(array);
        }
    }

    private Object get(Buffer buffer, long at) {
        int i = Math.toIntExact(at);
        if (!buffer.isWeight()) {
            return switch (memory.heap().get(buffer.name())) {
                case float[] a -> a[i];
                case double[] a -> a[i];
                case int[] a -> Scalars.decoded(buffer.storage(), a[i]);
                case long[] a -> a[i];
                case short[] a -> Scalars.decoded(buffer.storage(), a[i]);
                case byte[] a -> Scalars.decoded(buffer.storage(), a[i]);
                case String[] a -> a[i];
                default -> throw new AssertionError(buffer);
            };
        }
        var bytes = ByteBuffer.wrap(memory.weights()).order(ByteOrder.LITTLE_ENDIAN);
        int offset = Math.toIntExact(at * buffer.storage().bytes());
        return switch (buffer.storage()) {
            case F32 -> bytes.getFloat(offset);
            case F64 -> bytes.getDouble(offset);
            case I64 -> bytes.getLong(offset);
            case I32, U32 -> Scalars.decoded(buffer.storage(), bytes.getInt(offset));
            case I16, U16, F16, BF16 -> Scalars.decoded(buffer.storage(), bytes.getShort(offset));
            case STRING -> throw new AssertionError(buffer);
            default -> Scalars.decoded(buffer.storage(), bytes.get(offset));
        };
    }

    private static Object lane(Object value, int lane) {
        return value instanceof Object[] lanes ? lanes[lane] : value;
    }

    /** A value for each lane; a single one if there is one lane. */
    private static Object lanewise(int lanes, IntFunction<Object> f) {
        if (lanes == 1) {
            return f.apply(0);
        }
        var out = new Object[lanes];
        for (int l = 0; l < lanes; l++) {
            out[l] = f.apply(l);
        }
        return out;
    }

    private static int lanes(Object value) {
        return value instanceof Object[] v ? v.length : 1;
    }

    private Object term(Term term) {
        return switch (term) {
            case Term.Lit(var value, var bits, var type) -> lanewise(type.lanes(), l -> switch (type.elem()) {
                case F32 -> (float) value;
                case F64 -> value;
                case I32 -> (int) bits;
                case I64 -> bits;
                case BOOL -> bits != 0;
                case REF, B4, H2 -> "";
            });
            case Term.Ref(var name, var subs) -> {
                var key = new StringBuilder(name);
                subs.forEach(s -> key.append('_').append(term(s)));
                var value = names.get(key.toString());
                if (value == null) {
                    throw new AssertionError("unknown name " + key);
                }
                yield value;
            }
            case Term.Apply(var prim, var args) -> {
                var values = new ArrayList<Object>();
                args.forEach(a -> values.add(term(a)));
                yield lanewise(lanes(values.getFirst()),
                        l -> Scalars.apply(prim, values.stream().map(v -> lane(v, l)).toArray()));
            }
            case Term.Load(var name, var at, var type, var m) -> {
                long index = ((Number) term(at)).longValue();
                var mask = m == null ? null : term(m);
                yield lanewise(type.lanes(), l -> mask == null || (boolean) lane(mask, l)
                        ? Scalars.convert(get(kernel.buffer(name), index + l), type.elem())
                        : Scalars.zero(type.elem()));
            }
            case Term.Splat(var value, var lanes) -> {
                var scalar = term(value);
                yield lanewise(lanes, l -> scalar);
            }
            case Term.Convert(var value, var to) -> {
                var v = term(value);
                yield lanewise(lanes(v), l -> Scalars.convert(lane(v, l), to));
            }
            case Term.Bits(var value, var to) -> {
                var v = term(value);
                yield lanewise(lanes(v), l -> switch (lane(v, l)) {
                    case Float a -> Float.floatToRawIntBits(a);
                    case Double a -> Double.doubleToRawLongBits(a);
                    case Long a -> Double.longBitsToDouble(a);
                    case Object a -> Float.intBitsToFloat((int) a);
                });
            }
            case Term.Lanes(var first, var limit, var lanes) -> {
                int f = (int) term(first);
                int n = (int) term(limit);
                yield lanewise(lanes, l -> f + l < n);
            }
            case Term.Fold(var prim, var vector) -> {
                var v = ((Object[]) term(vector)).clone();
                for (int half = v.length / 2; half > 0; half /= 2) {
                    for (int l = 0; l < half; l++) {
                        v[l] = Scalars.apply(prim, v[l], v[l + half]);
                    }
                }
                yield v[0];
            }
        };
    }
}
