package dev.sinter.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreshJvmTest {

    /** Says what it got and ends with the status that its first argument says. */
    static final class Child {

        private Child() {
        }

        public static void main(String[] args) {
            System.out.println(String.join("|", args));
            System.out.println(System.getProperty("java.home"));
            System.out.println(System.getProperty("java.class.path"));
            System.out.println(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent());
            System.out.println(System.getProperty("sinter.freshJvmTest"));
            System.exit(Integer.parseInt(args[0]));
        }
    }

    @Test
    void runsWithItsOwnClassesOnlyAndHandsTheStatusBack() throws Exception {
        var out = new StringWriter();
        System.setProperty("sinter.freshJvmTest", "handed on");
        int status;
        try {
            status = FreshJvm.of(Child.class, FreshJvmTest.class).run(new PrintWriter(out),
                    List.of("7", "two words", ""));
        } finally {
            System.clearProperty("sinter.freshJvmTest");
        }
        var classes = Path.of(Child.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        assertThat(status).isEqualTo(7);
        assertThat(out.toString().lines()).containsExactly("7|two words|", System.getProperty("java.home"),
                classes.toString(), "true", "handed on");
    }

    @Test
    void everyPlaceIsOnTheClassPathOnce() {
        assertThat(FreshJvm.of(Child.class, FreshJvmTest.class, Test.class, Child.class).classPath()).hasSize(2);
    }
}
