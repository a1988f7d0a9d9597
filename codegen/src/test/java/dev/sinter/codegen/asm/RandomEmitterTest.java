package dev.sinter.codegen.asm;

import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.RandomPrograms;
import dev.sinter.runtime.Form;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class RandomEmitterTest {
    @Property(tries = 60)
    void emittedIsEqual(@ForAll long seed, @ForAll Form form) throws Throwable {
        var sample = RandomPrograms.of(seed);
        Assume.that(fits(sample.kernel(), form));
        EmitterTest.check(sample, form);
    }

    private static boolean fits(Kernel kernel, Form form) {
        try {
            Emitted.bytes(kernel, form);
            return true;
        } catch (IllegalStateException e) {
            if (e.getMessage().contains("vector operations") || e.getMessage().contains("bytecodes")) {
                return false;
            }
            throw e;
        }
    }
}
