package dev.sinter.runtime;

import java.util.stream.Collectors;

/** Writes the text form of {@link ModelInfo} that {@link ModelInfoText} reads. */
final class ModelInfoWriter {
    private ModelInfoWriter() {
    }

    static String write(ModelInfo info) {
        var out = new StringBuilder(info.script().exists() ? ModelInfoText.SCRIPTED : ModelInfoText.HEADER);
        out.append('\n');
        out.append("name ").append(quote(info.name())).append('\n');
        out.append("class ").append(quote(info.className())).append('\n');
        out.append("ir ").append(quote(info.irResource())).append('\n');
        out.append("weights ").append(info.weightsBytes()).append('\n');
        info.symbols().forEach(s -> writeSymbol(out, "symbol ", s));
        info.inputs().forEach(v -> writeValue(out, "input ", v));
        info.outputs().forEach(v -> writeValue(out, "output ", v));
        info.states().forEach(s -> out.append("state ").append(quote(s.input())).append(' ').append(quote(s.output()))
                .append(' ').append(s.axis()).append('\n'));
        info.allocations().forEach(a -> writeAllocation(out, a));
        out.append("values ").append(info.valueCount()).append('\n');
        out.append("params ").append(info.firstParam()).append(' ').append(info.paramCount()).append('\n');
        if (info.script().exists()) {
            writeScript(out, info.script());
        }
        return out.append("end\n").toString();
    }

    private static void writeSymbol(StringBuilder out, String keyword, SymbolInfo s) {
        out.append(keyword).append(quote(s.name())).append(' ').append(s.min()).append(' ').append(s.max())
                .append('\n');
    }

    private static void writeAllocation(StringBuilder out, AllocationInfo a) {
        out.append("allocation ").append(a.storage().label()).append(' ').append(a.firstStep()).append(' ')
                .append(a.lastStep()).append(' ').append(a.size())
                .append(a.perWorker() ? " worker\n" : " shared\n");
    }

    private static void writeScript(StringBuilder out, ScriptInfo script) {
        out.append("registers ").append(script.registers()).append(' ').append(script.outputs()).append('\n');
        script.symbols().forEach(s -> writeSymbol(out, "defined ", s));
        for (ConstantInfo c : script.constants()) {
            out.append("constant ").append(c.register()).append(' ').append(c.dtype().label()).append(' ')
                    .append(c.shape()).append(' ').append(c.offset()).append('\n');
        }
        for (LibraryInfo call : script.calls()) {
            out.append("library ").append(quote(call.routine())).append(' ').append(quote(call.node())).append(' ')
                    .append(call.inputs()).append(' ').append(call.outputs()).append(" {");
            out.append(call.arguments().entrySet().stream().map(e -> quote(e.getKey()) + "=" + quote(e.getValue()))
                    .collect(Collectors.joining(", "))).append("}\n");
        }
        for (BlockInfo block : script.blocks()) {
            out.append("block ").append(block.symbols()).append(' ').append(block.inputs()).append(' ')
                    .append(block.valueCount()).append(' ').append(block.firstParam()).append(' ')
                    .append(block.paramCount()).append('\n');
            for (int i = 0; i < block.results().size(); i++) {
                out.append("result ").append(block.outputs().get(i)).append(' ');
                writeType(out, block.results().get(i).type());
                out.append('\n');
            }
            block.allocations().forEach(a -> writeAllocation(out, a));
        }
    }

    private static void writeValue(StringBuilder out, String keyword, ValueInfo value) {
        out.append(keyword).append(quote(value.name())).append(' ');
        writeType(out, value.type());
        out.append('\n');
    }

    private static void writeType(StringBuilder out, TypeInfo type) {
        switch (type) {
            case TypeInfo.OfTensor t when !t.ranked() -> out.append(t.dtype().label()).append(" [..]");
            case TypeInfo.OfTensor t -> out.append(t.dtype().label())
                    .append(t.dims().stream().map(ModelInfoWriter::dim).collect(Collectors.joining(", ", " [", "]")));
            case TypeInfo.OfSequence(var element) -> writeType(out.append("seq "), element);
            case TypeInfo.OfOptional(var element) -> writeType(out.append("optional "), element);
            case TypeInfo.OfMap(var key, var value) -> writeType(out.append("map ").append(key.label()).append(' '),
                    value);
        }
    }

    private static String dim(DimInfo dim) {
        return switch (dim) {
            case DimInfo.Constant(long extent) -> Long.toString(extent);
            case DimInfo.Symbol(int index, _) -> "$" + index;
            case DimInfo.Expression(String text, int index) -> quote(text) + "@" + index;
            case DimInfo.Open(String text) -> quote(text);
        };
    }

    private static String quote(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\r", "\\r") + '"';
    }
}
