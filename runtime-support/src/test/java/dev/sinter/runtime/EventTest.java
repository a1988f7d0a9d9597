package dev.sinter.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventTest {
    @Test
    void aRecordingShowsLoadAndRun(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("r.jfr");
        try (var recording = new Recording()) {
            recording.enable("dev.sinter.Load");
            recording.enable("dev.sinter.Run");
            recording.start();
            try (Model model = Model.define(Samples.affine(), Samples.options())) {
                model.run(Map.of("x", Tensor.of(new float[6], 2, 3)));
            }
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        assertThat(events).anySatisfy(e -> {
            assertThat(e.getEventType().getName()).isEqualTo("dev.sinter.Load");
            assertThat(e.getString("model")).isEqualTo("affine");
            assertThat(e.getLong("weightsBytes")).isEqualTo(64);
        });
        assertThat(events).anySatisfy(e -> {
            assertThat(e.getEventType().getName()).isEqualTo("dev.sinter.Run");
            assertThat(e.getString("form")).isEqualTo("SCALAR");
            assertThat(e.getString("symbols")).isEqualTo("batch=2, columns=3");
        });
    }
}
