package dev.sinter.frontend.onnx;

import dev.sinter.frontend.onnx.proto.TensorShapeProto;
import dev.sinter.frontend.onnx.proto.TypeProto;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Dimensions of the model's inputs. A named one becomes a symbol of that name, made an identifier; one without a name
 * becomes {@code input_axis}; those the caller fixed become constants.
 */
final class SymbolNames {
    private final Map<String, Long> fixed;
    private final Map<String, String> symbols = new LinkedHashMap<>();
    private final TreeSet<String> used = new TreeSet<>();

    SymbolNames(ImportOptions options) {
        this.fixed = options.dims();
    }

    /** The type of a graph input. */
    Type type(String port, TypeProto type) {
        return type.hasTensorType() ? tensor(port, type) : container(port, type);
    }

    /** Within others, sizes that are not known may differ from element to element. */
    private static Type element(String port, TypeProto type) {
        return type.hasTensorType() ? OnnxTypes.elementTensor(type.getTensorType(), "'" + port + "'")
                : container(port, type);
    }

    private static Type container(String port, TypeProto type) {
        return switch (type.getValueCase()) {
            case SEQUENCE_TYPE -> new Type.Sequence(element(port, type.getSequenceType().getElemType()));
            case OPTIONAL_TYPE -> new Type.Optional(element(port, type.getOptionalType().getElemType()));
            case MAP_TYPE -> new Type.MapOf(OnnxTypes.dtype(type.getMapType().getKeyType(), "'" + port + "'"),
                    element(port, type.getMapType().getValueType()));
            default -> throw new OnnxImportException(
                    "'" + port + "': a tensor, sequence, optional or map was expected, not " + type.getValueCase());
        };
    }

    private TensorType tensor(String port, TypeProto type) {
        var dtype = OnnxTypes.dtype(type.getTensorType().getElemType(), "'" + port + "'");
        if (!type.getTensorType().hasShape()) {
            return new TensorType(dtype, Shape.UNKNOWN);
        }
        var dims = new ArrayList<Dim>();
        for (var dim : type.getTensorType().getShape().getDimList()) {
            dims.add(dim(dim, port + "_" + dims.size()));
        }
        return new TensorType(dtype, new Shape(dims));
    }

    private Dim dim(TensorShapeProto.Dimension dim, String position) {
        if (dim.hasDimValue() && dim.getDimValue() >= 0) {
            if (dim.getDimValue() > Integer.MAX_VALUE) {
                throw new OnnxImportException(
                        "dimension " + position + ": at most " + Integer.MAX_VALUE + " was expected, not "
                                + dim.getDimValue());
            }
            return Dim.of(dim.getDimValue());
        }
        // writers mark unknown sizes by -1, by an empty name or by one that says nothing, too
        var name = isName(dim.getDimParam()) ? dim.getDimParam() : position;
        var symbol = symbols.computeIfAbsent(name, this::identifier);
        used.add(name);
        var size = fixed.containsKey(name) ? fixed.get(name) : fixed.get(symbol);
        if (size == null) {
            return Dim.sym(symbol);
        }
        if (size < 0 || size > Integer.MAX_VALUE) {
            throw new OnnxImportException(
                    "dimension '" + name + "': a size from 0 to " + Integer.MAX_VALUE + " was expected, not " + size);
        }
        return Dim.of(size);
    }

    private static boolean isName(String name) {
        return name.chars().anyMatch(Character::isLetter) && !name.equals("None");
    }

    private String identifier(String name) {
        var plain = name.replaceAll("[^A-Za-z0-9_]", "_");
        var start = plain.isEmpty() || Character.isDigit(plain.charAt(0)) ? "_" + plain : plain;
        var unique = start;
        for (int i = 2; symbols.containsValue(unique) || isFunction(unique); i++) {
            unique = start + "_" + i;
        }
        return unique;
    }

    /** Names the text form of dimensions gives another meaning. */
    private static boolean isFunction(String name) {
        return name.equals("min") || name.equals("max") || name.equals(OnnxTypes.ANY_SIZE);
    }

    /** Complains of sizes fixed for dimensions the model does not have. */
    void checkAllUsed() {
        var problems = new ArrayList<String>();
        for (var name : new TreeSet<>(fixed.keySet())) {
            if (!used.contains(name) && !symbols.containsValue(name)) {
                problems.add("dimension '" + name + "' is not one of the model's, which are " + List.copyOf(used));
            }
        }
        if (!problems.isEmpty()) {
            throw new OnnxImportException(problems);
        }
    }
}
