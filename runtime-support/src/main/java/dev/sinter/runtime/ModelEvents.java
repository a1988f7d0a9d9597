package dev.sinter.runtime;

import java.nio.charset.StandardCharsets;
import jdk.jfr.FlightRecorder;

/** What a model tells Flight Recorder. While nobody records, JFR's classes are not even loaded, which takes 50 ms. */
final class ModelEvents {
    private final ModelInfo info;
    private final ModelClassLoader loader;
    private final int threads;
    private StepIndex index; // null: nobody has asked

    ModelEvents(ModelInfo info, ModelClassLoader loader, int threads) {
        this.info = info;
        this.loader = loader;
        this.threads = threads;
    }

    /** The event of a load that begins, or null. */
    static LoadEvent loading() {
        if (!FlightRecorder.isInitialized()) {
            return null;
        }
        var event = new LoadEvent();
        event.begin();
        return event;
    }

    /** The load has ended; {@code from} may be null. */
    void loaded(LoadEvent event, Form form, String from) {
        if (event != null && event.shouldCommit()) {
            event.model = info.name();
            event.from = from;
            event.form = form.name();
            event.threads = threads;
            event.weightsBytes = info.weightsBytes();
            event.commit();
        }
    }

    /** The event of a run that begins, or null. */
    static RunEvent begin() {
        RunEvent event = FlightRecorder.isInitialized() && RunEvent.PROBE.isEnabled() ? new RunEvent() : null;
        if (event != null) {
            event.begin();
        }
        return event;
    }

    /** The run has ended. */
    void end(RunEvent event, Form form, long[] symbols, long scratchBytes) {
        if (event.shouldCommit()) {
            event.model = info.name();
            event.form = form.name();
            event.symbols = named(symbols);
            event.threads = threads;
            event.scratchBytes = scratchBytes;
            event.commit();
        }
    }

    private String named(long[] symbols) {
        var text = new StringBuilder();
        for (int i = 0; i < symbols.length; i++) {
            text.append(i == 0 ? "" : ", ").append(info.symbols().get(i).name()).append('=').append(symbols[i]);
        }
        return text.toString();
    }

    /** How the steps of a run are run: as they would be, and seen by Flight Recorder and a listener where wanted. */
    Steps watched(Steps steps, StepListener listener, long[] symbols) {
        if (FlightRecorder.isInitialized() && KernelEvent.PROBE.isEnabled()) {
            steps = new KernelEvents(steps, info, index(), symbols);
        }
        return listener == null ? steps : new TimedSteps(steps, listener);
    }

    /** What the steps are, read when it is first wanted. */
    private StepIndex index() {
        StepIndex known = index;
        if (known == null) {
            byte[] dump = loader.file(info.irResource());
            known = new StepIndex(info, dump == null ? "" : new String(dump, StandardCharsets.UTF_8));
            index = known;
        }
        return known;
    }
}
