package dev.sinter.codegen.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class RandomLegalizationTest {
    @Property(tries = 150)
    void everyFormIsEqualAndComesBack(@ForAll long seed) {
        var sample = RandomPrograms.of(seed);
        var expanded = Unrolling.expand(sample.kernel());
        for (var form : List.of(sample.kernel(), expanded, Lanewise.scalar(expanded),
                Outlining.of(Lanewise.scalar(expanded)), Lanewise.narrow(expanded, 8), Lanewise.narrow(expanded, 4))) {
            assertThat(KernelParser.parse(KernelPrinter.print(form))).isEqualTo(form);
            LegalizationTest.check(sample, form);
        }
    }
}
