package com.acme.tiny;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** The typed class gives what the model's definition gives: relu(x . w + b) of whole numbers, which are exact. */
class TinyTest {
    private static final float[] ONES = {1, 1, 1, 1};
    /** The columns' sums of w, which has (i % 5 - 2) / 4 at i, and b = (0.5, -0.5, 0.25). */
    private static final float[] OF_ONES = {0.5f, 0, 0};

    @Test
    void runsOnArrays() {
        try (var model = Tiny.load()) {
            assertArrayEquals(OF_ONES, model.run(ONES, 1).hiddenState());
        }
    }

    @Test
    void runsInASession() {
        try (var model = Tiny.load(); var arena = Arena.ofConfined()) {
            var memory = arena.allocateFrom(ValueLayout.JAVA_FLOAT, ONES);
            var session = model.newSession().x(memory, 1, 4);
            var out = session.run();
            assertArrayEquals(OF_ONES, out.hiddenState());
            assertSame(out, session.run());
        }
    }

    @Test
    void hasVectors() {
        assertTrue(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent(),
                "the plugin gives the tests' JVM its flag");
    }
}
