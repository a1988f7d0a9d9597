package dev.sinter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private final StringWriter terminal = new StringWriter();
    private final AtomicLong now = new AtomicLong();
    private final ProgressLine line = new ProgressLine(new PrintWriter(terminal), now::get);

    @Test
    void whatIsOverSoonIsNotShown() {
        now.set(400_000_000);
        line.accept("reading");
        line.clear();
        assertThat(terminal).hasToString("");
    }

    @Test
    void eachMessageTakesThePlaceOfTheOneBeforeAndNothingStays() {
        now.set(1_234_000_000);
        line.accept("pass 2 of 15");
        now.set(12_000_000_000L);
        line.accept("x".repeat(100));
        line.clear();
        line.clear();
        assertThat(terminal)
                .hasToString("\r\u001b[2K  1.2 s  pass 2 of 15" + "\r\u001b[2K 12.0 s  " + "x".repeat(69) + "…"
                        + "\r\u001b[2K");
    }
}
