package dev.sinter.benchmarks;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * ONNX Runtime in a greedy decode loop: each run goes on from the prompt's cache. The cache's tensors stay in ONNX
 * Runtime's memory, the outputs of a step are inputs of the next; the logits are pinned to a direct buffer.
 */
final class OrtDecoder implements Side {
    private static final int MOST = 4096;

    private final OrtSession session;
    private final Set<String> cache = new HashSet<>();
    private final ByteBuffer id = OrtFile.direct(Long.BYTES);
    private final ByteBuffer position = OrtFile.direct(Long.BYTES);
    private final ByteBuffer ones = OrtFile.direct((long) MOST * Long.BYTES);
    private final OrtSession.Result prompt;
    private final int length;
    private final int first;
    private final ByteBuffer logits;
    private final OnnxTensor pinnedLogits;
    private OrtSession.Result last;

    private OrtDecoder(OrtSession session, Map<String, OnnxTensor> inputs) throws OrtException {
        this.session = session;
        for (String name : session.getOutputNames()) {
            if (!name.equals(DecodeNames.LOGITS)) {
                cache.add(name);
            }
        }
        for (int i = 0; i < MOST; i++) {
            ones.putLong(i * Long.BYTES, 1);
        }
        prompt = session.run(inputs);
        last = prompt;
        var all = (OnnxTensor) prompt.get(DecodeNames.LOGITS).orElseThrow();
        length = (int) all.getInfo().getShape()[1];
        int vocabulary = (int) all.getInfo().getShape()[2];
        logits = OrtFile.direct((long) vocabulary * Float.BYTES);
        pinnedLogits = OrtFile.tensor(logits, new long[]{1, 1, vocabulary}, OnnxJavaType.FLOAT);
        logits.put(0, all.getByteBuffer(), (length - 1) * vocabulary * Float.BYTES, vocabulary * Float.BYTES);
        first = DecodeNames.next(best(), DecodeNames.TOKENS);
    }

    /**
     * Loads a model and reads the prompt.
     *
     * @param file the ONNX file
     * @param feeds the prompt
     * @param threads threads that work on one call
     * @return the side
     */
    static OrtDecoder open(Path file, List<Feed> feeds, int threads) {
        var inputs = new HashMap<String, OnnxTensor>();
        try {
            for (Feed feed : feeds) {
                inputs.put(feed.name(), OrtFile.tensor(feed));
            }
            return new OrtDecoder(OrtFile.open(file, threads), inputs);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime can't load " + file + ": " + e.getMessage(), e);
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    @Override
    public void run() {
        try {
            forget(prompt);
            int token = first;
            for (int step = 0; step < DecodeNames.TOKENS; step++) {
                forget(step(token, length + step));
                token = DecodeNames.next(best(), step);
            }
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed: " + e.getMessage(), e);
        }
    }

    /** The cache of the step before goes back to ONNX Runtime's arena; the prompt's stays for the next run. */
    private void forget(OrtSession.Result next) {
        if (last != prompt) {
            last.close();
        }
        last = next;
    }

    private OrtSession.Result step(int token, int past) throws OrtException {
        id.putLong(0, token);
        position.putLong(0, past);
        var mask = ones.slice(0, (past + 1) * Long.BYTES);
        try (var ids = OrtFile.tensor(id, new long[]{1, 1}, OnnxJavaType.INT64);
                var positions = OrtFile.tensor(position, new long[]{1, 1}, OnnxJavaType.INT64);
                var masks = OrtFile.tensor(mask, new long[]{1, past + 1}, OnnxJavaType.INT64)) {
            var inputs = new HashMap<String, OnnxTensor>();
            inputs.put(DecodeNames.IDS, ids);
            inputs.put(DecodeNames.POSITIONS, positions);
            inputs.put(DecodeNames.MASK, masks);
            for (String name : cache) {
                inputs.put(DecodeNames.PAST + name.substring(DecodeNames.PRESENT.length()),
                        (OnnxTensor) last.get(name).orElseThrow());
            }
            return session.run(inputs, cache, Map.of(DecodeNames.LOGITS, pinnedLogits));
        }
    }

    private int best() {
        var all = logits.asFloatBuffer();
        int best = 0;
        for (int i = 1; i < all.capacity(); i++) {
            best = all.get(i) > all.get(best) ? i : best;
        }
        return best;
    }

    @Override
    public int calls() {
        return DecodeNames.TOKENS;
    }

    @Override
    public Map<String, double[]> outputs() {
        var numbers = new HashMap<String, double[]>();
        numbers.put(DecodeNames.LOGITS, OrtSide.numbers(OnnxJavaType.FLOAT, logits));
        for (String name : cache) {
            numbers.put(name, OrtSide.numbers(OnnxJavaType.FLOAT,
                    ((OnnxTensor) last.get(name).orElseThrow()).getByteBuffer()));
        }
        return numbers;
    }

    @Override
    public void close() {
        forget(prompt);
        prompt.close();
        pinnedLogits.close();
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed to close: " + e.getMessage(), e);
        }
    }
}
