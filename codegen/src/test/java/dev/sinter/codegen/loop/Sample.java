package dev.sinter.codegen.loop;

import java.util.List;

/**
 * A loop program with arguments to try it with; its memory is random.
 *
 * @param kernel
 *            the program
 * @param args
 *            some lists of arguments
 * @param special
 *            whether memory may hold NaN, infinities and the like
 */
public record Sample(Kernel kernel, List<List<Object>> args, boolean special) {
    /** Elements of each heap buffer. */
    public static final int LENGTH = 1024;

    @Override
    public String toString() {
        return kernel.name();
    }

    /** Fresh memory, the same each time. */
    public Memory memory() {
        return Memory.random(kernel, LENGTH, special, kernel.name().hashCode());
    }

    /** What the interpreter makes of it. */
    public Memory expected(List<Object> arguments) {
        var memory = memory();
        Interpreter.run(kernel, memory, arguments);
        return memory;
    }
}
