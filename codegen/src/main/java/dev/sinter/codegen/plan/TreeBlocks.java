package dev.sinter.codegen.plan;

import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.op.Trees;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Decision trees in blocks of three levels: seven nodes, whose comparisons a vector does at once, and eight exits.
 * Comparisons are of integers: {@link #key} orders floats, and where a node takes a missing feature for a yes it looks at
 * a second set of keys, in which NaN is the least.
 *
 * <p>
 * Low trees are filled up until all leaves are {@code rounds} blocks below the root. Then block b of a level leads to
 * blocks 8b to 8b+7 of the next, a level's blocks follow each other tree by tree, and nothing has to be said of what
 * leads where. Trees that are too high for that have a table of exits: a block, or behind all blocks a leaf.
 */
final class TreeBlocks {
    /** Nodes of a block with one place left over, and exits. */
    static final int SIZE = 8;
    private static final int LEVELS = 3;
    private static final int NODES = (1 << LEVELS) - 1;
    /** Rounds that are written one after the other. */
    private static final int MOST_ROUNDS = 4;
    /** What trees may take filled up: beyond the caches, a table of exits costs less. */
    private static final long MOST_BYTES = 1 << 20;

    private final long[] feature;
    private final float[] limit;
    private final boolean[] missing;
    private final long[] children;
    private final long[] roots;
    private final int shift;
    private final boolean filled;
    private final int height;
    private final int[] rounds;
    private int[] limits = {};
    private int[] features = {};
    private int[] exits = {};
    private int[] starts = {};
    private int[] leaves = {};
    private int blocks;

    /**
     * Lays out trees.
     *
     * @param constants
     *            operands of {@link Trees}
     * @param shift
     *            distance from a feature's key to its key in the second set
     */
    TreeBlocks(List<TensorData> constants, int shift) {
        this.feature = (long[]) constants.get(Trees.FEATURE).array();
        this.limit = constants.get(Trees.LIMIT).floatArray();
        this.missing = truths(constants.get(Trees.MISSING));
        this.children = (long[]) constants.get(Trees.CHILDREN).array();
        this.roots = (long[]) constants.get(Trees.ROOTS).array();
        this.shift = shift;
        int[] heights = heights();
        this.rounds = Arrays.stream(roots).mapToInt(r -> (heights[(int) r] + LEVELS - 1) / LEVELS).toArray();
        this.height = Arrays.stream(rounds).max().orElse(0);
        this.filled = height <= MOST_ROUNDS && roots.length * ((long) 16 << LEVELS * height) <= MOST_BYTES;
        if (filled) {
            fill();
        } else {
            chain();
        }
    }

    private static boolean[] truths(TensorData data) {
        var truths = new boolean[data.size()];
        for (int i = 0; i < truths.length; i++) {
            truths[i] = data.getLong(i) != 0;
        }
        return truths;
    }

    static boolean tracksMissing(TensorData missing) {
        for (boolean each : truths(missing)) {
            if (each) {
                return true;
            }
        }
        return false;
    }

    /** An integer that is below another one's exactly if the float is; NaN is above all floats, zeros are equal. */
    static int key(float value) {
        if (Float.isNaN(value)) {
            return Integer.MAX_VALUE;
        }
        int bits = Float.floatToRawIntBits(value + 0f);
        return bits ^ bits >> 31 & Integer.MAX_VALUE;
    }

    /** Levels below each node; children stand behind their parents. */
    private int[] heights() {
        var heights = new int[feature.length];
        for (int i = heights.length - 1; i >= 0; i--) {
            heights[i] = isLeaf(i) ? 0 : 1 + Math.max(heights[child(i, 0)], heights[child(i, 1)]);
        }
        return heights;
    }

    private boolean isLeaf(int node) {
        return children[2 * node] == node;
    }

    private int child(int node, int side) {
        return (int) children[2 * node + side];
    }

    private void reserve(int count) {
        blocks = count;
        limits = new int[count * SIZE];
        features = new int[count * SIZE];
        Arrays.fill(limits, Integer.MAX_VALUE);
    }

    /** The nodes of the block that begins at one, level by level, and behind them where its exits lead. */
    private int[] heap(int root) {
        var heap = new int[NODES + SIZE];
        heap[0] = root;
        for (int i = 0; i < NODES; i++) {
            heap[2 * i + 1] = child(heap[i], 0);
            heap[2 * i + 2] = child(heap[i], 1);
        }
        return heap;
    }

    /** Writes a block's nodes; a leaf among them asks what always holds, and leads to itself. */
    private void write(int block, int[] heap) {
        for (int i = 0; i < NODES; i++) {
            int node = heap[i];
            if (!isLeaf(node)) {
                // a limit of NaN is below all keys but that of a missing feature
                limits[block * SIZE + i] = Float.isNaN(limit[node]) ? Integer.MIN_VALUE : key(limit[node]);
                features[block * SIZE + i] = (int) feature[node] + (missing[node] ? shift : 0);
            }
        }
    }

    private void fill() {
        int all = 0;
        for (int level = 0, width = roots.length; level < height; level++, width *= SIZE) {
            all += width;
        }
        reserve(all);
        var current = Arrays.stream(roots).mapToInt(r -> (int) r).toArray();
        int block = 0;
        for (int level = 0; level < height; level++) {
            var next = new int[current.length * SIZE];
            for (int i = 0; i < current.length; i++) {
                var heap = heap(current[i]);
                write(block++, heap);
                System.arraycopy(heap, NODES, next, i * SIZE, SIZE);
            }
            current = next;
        }
        leaves = current;
    }

    private void chain() {
        var numbers = new int[feature.length];
        Arrays.fill(numbers, -1);
        var begins = new ArrayList<Integer>();
        var ends = new ArrayList<Integer>();
        for (long root : roots) {
            number((int) root, numbers, begins, ends);
        }
        for (int i = 0; i < begins.size(); i++) {
            var heap = heap(begins.get(i));
            for (int e = 0; e < SIZE; e++) {
                number(heap[NODES + e], numbers, begins, ends);
            }
        }
        reserve(begins.size());
        exits = new int[blocks * SIZE];
        for (int i = 0; i < blocks; i++) {
            var heap = heap(begins.get(i));
            write(i, heap);
            for (int e = 0; e < SIZE; e++) {
                exits[i * SIZE + e] = place(heap[NODES + e], numbers);
            }
        }
        starts = Arrays.stream(roots).mapToInt(r -> place((int) r, numbers)).toArray();
        leaves = ends.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Gives a node its number among the blocks or the leaves if it has none. */
    private void number(int node, int[] numbers, List<Integer> begins, List<Integer> ends) {
        if (numbers[node] < 0) {
            var list = isLeaf(node) ? ends : begins;
            numbers[node] = list.size();
            list.add(node);
        }
    }

    private int place(int node, int[] numbers) {
        return isLeaf(node) ? blocks + numbers[node] : numbers[node];
    }

    /** {@return whether all leaves are {@link #height} blocks below the root, and there is no table of exits} */
    boolean filled() {
        return filled;
    }

    /** {@return blocks from a root to the farthest leaf} */
    int height() {
        return height;
    }

    /** {@return number of blocks} */
    int blocks() {
        return blocks;
    }

    /** {@return keys of all nodes' limits, block by block} */
    TensorData limits() {
        return integers(limits);
    }

    /** {@return positions of all nodes' features among the keys} */
    TensorData features() {
        return integers(features);
    }

    /** {@return where each block's exits lead: a block, or the number of all blocks and a leaf} */
    TensorData exits() {
        return integers(exits);
    }

    /** {@return where each tree begins, as exits say it, then how many blocks it is high} */
    TensorData trees() {
        var trees = Arrays.copyOf(starts, 2 * starts.length);
        System.arraycopy(rounds, 0, trees, starts.length, rounds.length);
        return integers(trees);
    }

    /** {@return the leaves' votes, in the order of their numbers} */
    TensorData votes(TensorData of) {
        int width = (int) of.dims()[1];
        var votes = new float[leaves.length * width];
        for (int i = 0; i < leaves.length; i++) {
            System.arraycopy(of.floatArray(), leaves[i] * width, votes, i * width, width);
        }
        return TensorData.floats(votes, leaves.length, width);
    }

    /** {@return the exit a block takes, by its nodes' answers: bit i says that node i's comparison fails} */
    static TensorData ways() {
        var ways = new byte[1 << NODES];
        for (int answers = 0; answers < ways.length; answers++) {
            int node = 0;
            for (int level = 0; level < LEVELS; level++) {
                node = 2 * node + 1 + (answers >> node & 1);
            }
            ways[answers] = (byte) (node - NODES);
        }
        return TensorData.of(DType.I8, ways, ways.length);
    }

    private static TensorData integers(int[] values) {
        return TensorData.of(DType.I32, values, values.length);
    }
}
