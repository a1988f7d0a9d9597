package dev.sinter.frontend.onnx.export;

import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Type;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The file under construction: what all its graphs share. */
final class Draft {
    private final OptionalInt fixedOpset;
    private int opset;
    private final Map<TensorData, Ref> constants = new LinkedHashMap<>();
    private final Map<Ref, TensorData> known = new IdentityHashMap<>();
    private final Map<String, Integer> domains = new TreeMap<>();

    Draft(OptionalInt fixedOpset) {
        this.fixedOpset = fixedOpset;
        this.opset = fixedOpset.orElse(ExportOptions.DEFAULT_OPSET);
    }

    /** The opset the file will have, if no node after this one needs a later one. */
    int opset() {
        return opset;
    }

    /** Other domains than ONNX's own, with their versions. */
    Map<String, Integer> domains() {
        return Collections.unmodifiableMap(domains);
    }

    /** All constants, in the order in which they were needed. */
    Map<TensorData, Ref> constants() {
        return Collections.unmodifiableMap(constants);
    }

    /**
     * Sees to it that the opset is late enough.
     *
     * @param wanted
     *            the first opset that will do
     * @param what
     *            needs it
     * @throws Unexportable
     *             if another one was asked for
     */
    void require(int wanted, String what) {
        if (fixedOpset.isPresent() && fixedOpset.getAsInt() < wanted) {
            throw new Unexportable(what + " needs opset " + wanted + ", opset " + fixedOpset.getAsInt()
                    + " was asked for");
        }
        opset = Math.max(opset, wanted);
    }

    /** Sees to it that the opset has all element types of a type. */
    void require(Type type) {
        switch (type) {
            case TensorType(var dtype, var shape) -> require(dtype);
            case Type.Sequence(var element) -> require(element);
            case Type.Optional(var element) -> require(element);
            case Type.MapOf(var key, var value) -> require(value);
        }
    }

    private void require(DType dtype) {
        switch (dtype) {
            case I4, U4 -> require(21, "element type " + dtype);
            case F4E2M1 -> require(23, "element type " + dtype);
            case F8E8M0 -> require(24, "element type " + dtype);
            case I2, U2 -> require(25, "element type " + dtype);
            default -> {
                // all others are in the first opset we write
            }
        }
    }

    /** Names a domain and the version of it that is used. */
    void use(String domain, int version) {
        domains.merge(domain, version, Math::max);
    }

    /** A constant; equal ones are kept once. */
    Ref constant(TensorData data, String label) {
        require(data.dtype());
        return constants.computeIfAbsent(data, d -> {
            var ref = new Ref(new TensorType(d.dtype(), d.shape()), label);
            known.put(ref, d);
            return ref;
        });
    }

    /** The elements of a constant, or null. */
    @Nullable
    TensorData known(Ref ref) {
        return known.get(ref);
    }

    /** Forgets constants that nobody uses. */
    void keepOnly(Set<@Nullable Ref> used) {
        constants.values().removeIf(ref -> !used.contains(ref));
    }
}
