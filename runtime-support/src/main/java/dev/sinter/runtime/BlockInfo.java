package dev.sinter.runtime;

import java.util.ArrayList;
import java.util.List;

/**
 * A straight-line part of a model that a script runs: kernels over registers' tensors. {@link Program#bind(int, long[],
 * long[])} fills {@link #valueCount()} values, of which allocations and results name theirs by index.
 *
 * @param symbols indices of the symbols that its sizes depend on, ascending: the model's symbols, then the script's
 * @param inputs registers it reads, tensors all
 * @param outputs registers it writes
 * @param results what it writes there, in the same order: fresh tensors
 * @param allocations its scratch memory; steps are counted from its first one
 * @param valueCount number of values
 * @param firstParam index of the first kernel parameter among the values
 * @param paramCount number of kernel parameters
 */
public record BlockInfo(List<Integer> symbols, List<Integer> inputs, List<Integer> outputs, List<ValueInfo> results,
        List<AllocationInfo> allocations, int valueCount, int firstParam, int paramCount) {
    /** Copies the lists and checks the counts. */
    public BlockInfo {
        symbols = List.copyOf(symbols);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        results = List.copyOf(results);
        allocations = List.copyOf(allocations);
        if (outputs.size() != results.size()) {
            throw new ModelException("block: " + outputs.size() + " outputs, " + results.size() + " results");
        }
        if (firstParam < 0 || paramCount < 0 || firstParam > valueCount - paramCount) {
            throw new ModelException("block: expected parameters within " + valueCount + " values, got " + paramCount
                    + " from " + firstParam);
        }
    }

    /** The same with one more allocation. */
    BlockInfo with(AllocationInfo allocation) {
        return new BlockInfo(symbols, inputs, outputs, results, plus(allocations, allocation), valueCount, firstParam,
                paramCount);
    }

    /** The same with one more result. */
    BlockInfo with(int register, ValueInfo result) {
        return new BlockInfo(symbols, inputs, plus(outputs, register), plus(results, result), allocations, valueCount,
                firstParam, paramCount);
    }

    private static <T> List<T> plus(List<T> list, T last) {
        var longer = new ArrayList<>(list);
        longer.add(last);
        return longer;
    }
}
