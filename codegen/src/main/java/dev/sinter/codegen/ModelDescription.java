package dev.sinter.codegen;

import dev.sinter.codegen.loop.Buffer.Storage;
import dev.sinter.codegen.plan.Plan;
import dev.sinter.codegen.plan.Values;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Graph;
import dev.sinter.runtime.AllocationInfo;
import dev.sinter.runtime.DType;
import dev.sinter.runtime.DimInfo;
import dev.sinter.runtime.ModelInfo;
import dev.sinter.runtime.StorageClass;
import dev.sinter.runtime.SymbolInfo;
import dev.sinter.runtime.ValueInfo;
import java.util.ArrayList;
import java.util.List;

/** What a compiled model says of itself. */
final class ModelDescription {
    private ModelDescription() {
    }

    static ModelInfo of(Plan plan, Values values, String className, String irResource) {
        var graph = plan.graph();
        var bounds = graph.symbols().bounds();
        var symbols = bounds.entrySet().stream()
                .map(e -> new SymbolInfo(e.getKey(), e.getValue().min(), e.getValue().max())).toList();
        var names = List.copyOf(bounds.keySet());
        var allocations = new ArrayList<AllocationInfo>();
        for (int i = 0; i < plan.allocations().size(); i++) {
            var a = plan.allocations().get(i);
            allocations.add(new AllocationInfo(storageClass(a.storage()), a.firstStep(), a.lastStep(), values.size(i),
                    a.perWorker()));
        }
        return new ModelInfo(graph.name(), className, irResource, symbols, ports(graph.inputs(), names, values),
                ports(graph.outputs(), names, values), allocations, values.all().size(), 0, values.paramCount(),
                plan.weightBytes());
    }

    private static List<ValueInfo> ports(List<Graph.Port> ports, List<String> symbols, Values values) {
        return ports.stream().map(port -> new ValueInfo(port.name(), DType.parse(port.value().dtype().label()),
                port.value().shape().dims().stream().map(d -> dim(d, symbols, values)).toList())).toList();
    }

    private static DimInfo dim(Dim dim, List<String> symbols, Values values) {
        return switch (dim) {
            case Dim.Const(var value) -> new DimInfo.Constant(value);
            case Dim.Sym(var name) -> new DimInfo.Symbol(symbols.indexOf(name), name);
            default -> new DimInfo.Expression(dim.toString(), values.index(dim));
        };
    }

    private static StorageClass storageClass(Storage storage) {
        return switch (storage) {
            case F32 -> StorageClass.F32;
            case F64 -> StorageClass.F64;
            case I64 -> StorageClass.I64;
            case I32 -> StorageClass.I32;
            case I16, U16 -> StorageClass.I16;
            case I8, U8, BOOL -> StorageClass.I8;
        };
    }
}
