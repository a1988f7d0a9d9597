package dev.sinter.ir;

import java.util.HashMap;
import java.util.Map;

/** A store of constants beside the text of graphs: each is kept once, whatever number of graphs use it. */
public interface Constants extends ConstantSink, ConstantSource {
    /**
     * A store in memory.
     *
     * @return an empty store, not safe for several threads
     */
    static Constants inMemory() {
        return new Constants() {
            private final Map<String, TensorData> stored = new HashMap<>();

            @Override
            public String put(TensorData data) {
                var key = ConstantSink.key(data);
                for (int next = 1; !stored.computeIfAbsent(key, k -> data).equals(data); next++) {
                    key = ConstantSink.key(data) + "_" + next;
                }
                return key;
            }

            @Override
            public TensorData get(String key) {
                var data = stored.get(key);
                if (data == null) {
                    throw new IrException("there is no constant #" + key + " in this store");
                }
                return data;
            }
        };
    }
}
