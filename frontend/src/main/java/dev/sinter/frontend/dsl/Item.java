package dev.sinter.frontend.dsl;

import dev.sinter.frontend.onnx.ops.Operand;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.TensorData;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an expression stands for while a model is laid out: a tensor of the graph, or something known by then. */
sealed interface Item {
    /** {@return what it is, for messages: the type of a tensor, else the value} */
    String describe();

    /** A tensor. */
    record Tensor(Operand operand) implements Item {
        @Override
        public String describe() {
            return operand.type().toString();
        }
    }

    /** An input that {@code append} makes the first part of an output. */
    record State(Operand operand, int axis, String output, Place place) implements Item {
        @Override
        public String describe() {
            return "state " + operand.type();
        }
    }

    /** An integer, or a size with symbols. */
    record Size(Dim dim) implements Item {
        static Size of(long value) {
            return new Size(Dim.of(value));
        }

        @Override
        public String describe() {
            return dim.toString();
        }
    }

    /** A real number. */
    record Real(double value) implements Item {
        @Override
        public String describe() {
            return Double.toString(value);
        }
    }

    /** True or false. */
    record Flag(boolean value) implements Item {
        @Override
        public String describe() {
            return Boolean.toString(value);
        }
    }

    /** A text. */
    record Words(String value) implements Item {
        @Override
        public String describe() {
            return "\"" + value + "\"";
        }
    }

    /** A list; also several results of a call. */
    record Items(List<Item> elements) implements Item {
        @Override
        public String describe() {
            return elements.size() == 1 ? "a list of one" : "a list of " + elements.size();
        }
    }

    /** An element type. */
    record Type(DType dtype) implements Item {
        @Override
        public String describe() {
            return "type " + dtype;
        }
    }

    /** A size of blocks, such as {@code 4x1}. */
    record BlockSize(long rows, long columns) implements Item {
        @Override
        public String describe() {
            return rows + "x" + columns;
        }
    }

    /** A function or primitive. */
    record Callable(Module.Target target) implements Item {
        @Override
        public String describe() {
            return "function '" + target.callee().name() + "'";
        }
    }

    /** How a parameter's values are made. */
    record Initial(Initializer initializer) implements Item {
        @Override
        public String describe() {
            return "an initializer";
        }
    }

    /** Nothing. */
    record Nothing() implements Item {
        @Override
        public String describe() {
            return "none";
        }
    }

    /** Makes values of a parameter. */
    @FunctionalInterface
    interface Initializer {
        /**
         * Values.
         *
         * @param dtype
         *            element type
         * @param dims
         *            sizes
         * @param name
         *            the parameter's full name
         * @return the values
         * @throws IllegalArgumentException
         *             if it can't make such; the message says why
         */
        TensorData make(DType dtype, long[] dims, String name);
    }

    /** The constant whole number, or null. */
    static @Nullable Long integer(Item item) {
        return item instanceof Size(Dim.Const(long value)) ? Long.valueOf(value) : null;
    }

    /** The constant number, or null. */
    static @Nullable Double number(Item item) {
        return switch (item) {
            case Size(Dim.Const(long value)) -> Double.valueOf(value);
            case Real(double value) -> Double.valueOf(value);
            default -> null;
        };
    }
}
