package dev.sinter.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The text form of {@link ModelInfo}: one fact a line, a keyword and its operands.
 *
 * <pre>
 * sinter-model 1
 * name "all-MiniLM-L6-v2"
 * class "dev.example.MiniLm"
 * ir "META-INF/sinter/model.ir"
 * weights 90261504
 * symbol "batch" 1 64
 * input "ids" i64 [$0, 128]
 * output "y" f32 [$0, "2*batch"@5]
 * allocation f32 0 3 7 shared
 * values 33
 * params 20 13
 * end
 * </pre>
 */
final class ModelInfoText {
    private static final String HEADER = "sinter-model 1";
    private static final Set<String> ONCE = Set.of("name", "class", "ir", "weights", "values", "params");

    private final String[] lines;
    private final List<SymbolInfo> symbols = new ArrayList<>();
    private final List<ValueInfo> inputs = new ArrayList<>();
    private final List<ValueInfo> outputs = new ArrayList<>();
    private final List<AllocationInfo> allocations = new ArrayList<>();
    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, Long> numbers = new HashMap<>();

    private int number;  // of the line, from 1
    private String line;
    private int at;      // position in the line

    ModelInfoText(String text) {
        this.lines = text.split("\r?\n");
    }

    static String write(ModelInfo info) {
        var out = new StringBuilder(HEADER).append('\n');
        out.append("name ").append(quote(info.name())).append('\n');
        out.append("class ").append(quote(info.className())).append('\n');
        out.append("ir ").append(quote(info.irResource())).append('\n');
        out.append("weights ").append(info.weightsBytes()).append('\n');
        for (SymbolInfo s : info.symbols()) {
            out.append("symbol ").append(quote(s.name())).append(' ').append(s.min()).append(' ').append(s.max())
                    .append('\n');
        }
        info.inputs().forEach(v -> writeValue(out, "input ", v));
        info.outputs().forEach(v -> writeValue(out, "output ", v));
        for (AllocationInfo a : info.allocations()) {
            out.append("allocation ").append(a.storage().label()).append(' ').append(a.firstStep()).append(' ')
                    .append(a.lastStep()).append(' ').append(a.size())
                    .append(a.perWorker() ? " worker\n" : " shared\n");
        }
        out.append("values ").append(info.valueCount()).append('\n');
        out.append("params ").append(info.firstParam()).append(' ').append(info.paramCount()).append('\n');
        return out.append("end\n").toString();
    }

    private static void writeValue(StringBuilder out, String keyword, ValueInfo value) {
        out.append(keyword).append(quote(value.name())).append(' ').append(value.dtype().label()).append(" [");
        String separator = "";
        for (DimInfo dim : value.dims()) {
            out.append(separator).append(switch (dim) {
                case DimInfo.Constant(long extent) -> Long.toString(extent);
                case DimInfo.Symbol(int index, _) -> "$" + index;
                case DimInfo.Expression(String text, int index) -> quote(text) + "@" + index;
            });
            separator = ", ";
        }
        out.append("]\n");
    }

    private static String quote(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\r", "\\r") + '"';
    }

    ModelInfo parse() {
        nextLine();
        if (!line.equals(HEADER)) {
            throw error("expected '" + HEADER + "'");
        }
        var seen = new HashSet<String>();
        String keyword;
        while (!(keyword = nextKeyword()).equals("end")) {
            if (ONCE.contains(keyword) && !seen.add(keyword)) {
                throw error("'" + keyword + "' stands twice");
            }
            parseFact(keyword);
            if (at != line.length()) {
                throw error("expected the end of the line at column " + (at + 1));
            }
        }
        for (String needed : ONCE) {
            if (!seen.contains(needed)) {
                throw error("'" + needed + "' is missing");
            }
        }
        if (at != line.length() || number != lines.length) {
            throw error("expected nothing behind 'end'");
        }
        return new ModelInfo(texts.get("name"), texts.get("class"), texts.get("ir"), symbols, inputs, outputs,
                allocations, numbers.get("values").intValue(), numbers.get("params").intValue(),
                numbers.get("paramCount").intValue(), numbers.get("weights"));
    }

    private void parseFact(String keyword) {
        switch (keyword) {
            case "name", "class", "ir" -> texts.put(keyword, string());
            case "weights" -> numbers.put(keyword, integer(Long.MAX_VALUE));
            case "values" -> numbers.put(keyword, integer(Integer.MAX_VALUE));
            case "params" -> {
                numbers.put(keyword, integer(Integer.MAX_VALUE));
                numbers.put("paramCount", integer(Integer.MAX_VALUE));
            }
            case "symbol" -> symbols
                    .add(located(() -> new SymbolInfo(string(), integer(Long.MAX_VALUE), integer(Long.MAX_VALUE))));
            case "input" -> inputs.add(value());
            case "output" -> outputs.add(value());
            case "allocation" -> allocations.add(located(this::allocation));
            default -> throw error("unknown keyword '" + keyword + "'");
        }
    }

    private AllocationInfo allocation() {
        StorageClass storage = StorageClass.parse(word());
        int first = (int) integer(Integer.MAX_VALUE);
        int last = (int) integer(Integer.MAX_VALUE);
        int size = (int) integer(Integer.MAX_VALUE);
        String kind = word();
        if (!kind.equals("shared") && !kind.equals("worker")) {
            throw error("expected 'shared' or 'worker', got '" + kind + "'");
        }
        return new AllocationInfo(storage, first, last, size, kind.equals("worker"));
    }

    private ValueInfo value() {
        String name = string();
        DType dtype = located(() -> DType.parse(word()));
        skipSpace();
        expect('[');
        var dims = new ArrayList<DimInfo>();
        while (!looksAt(']')) {
            if (!dims.isEmpty()) {
                expect(',');
            }
            dims.add(dim());
        }
        expect(']');
        return new ValueInfo(name, dtype, dims);
    }

    private DimInfo dim() {
        skipSpace();
        if (looksAt('$')) {
            expect('$');
            int index = (int) integer(Integer.MAX_VALUE);
            if (index >= symbols.size()) {
                throw error("expected a symbol below $" + symbols.size() + ", got $" + index);
            }
            return new DimInfo.Symbol(index, symbols.get(index).name());
        }
        if (looksAt('"')) {
            String text = string();
            expect('@');
            return new DimInfo.Expression(text, (int) integer(Integer.MAX_VALUE));
        }
        return new DimInfo.Constant(integer(Long.MAX_VALUE));
    }

    private void nextLine() {
        if (number == lines.length) {
            throw error("expected 'end'");
        }
        line = lines[number++];
        at = 0;
    }

    private String nextKeyword() {
        nextLine();
        return word();
    }

    private void skipSpace() {
        while (at < line.length() && line.charAt(at) == ' ') {
            at++;
        }
    }

    private String word() {
        skipSpace();
        int from = at;
        while (at < line.length() && (Character.isLetterOrDigit(line.charAt(at)))) {
            at++;
        }
        if (from == at) {
            throw error("expected a word at column " + (at + 1));
        }
        return line.substring(from, at);
    }

    private long integer(long max) {
        String text = word();
        try {
            long value = Long.parseLong(text);
            if (value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw error("expected a number of at most " + max + ", got '" + text + "'");
    }

    private String string() {
        skipSpace();
        expect('"');
        var text = new StringBuilder();
        while (!looksAt('"')) {
            if (at == line.length()) {
                throw error("the string does not end");
            }
            char c = line.charAt(at++);
            text.append(c == '\\' ? escaped() : c);
        }
        expect('"');
        return text.toString();
    }

    private char escaped() {
        char c = at < line.length() ? line.charAt(at++) : ' ';
        return switch (c) {
            case '\\', '"' -> c;
            case 'n' -> '\n';
            case 'r' -> '\r';
            default -> throw error("unknown escape '\\" + c + "'");
        };
    }

    private boolean looksAt(char c) {
        return at < line.length() && line.charAt(at) == c;
    }

    private void expect(char c) {
        if (!looksAt(c)) {
            throw error("expected '" + c + "' at column " + (at + 1));
        }
        at++;
    }

    /** Gives what other checks say the line's number. */
    private <T> T located(Supplier<T> part) {
        try {
            return part.get();
        } catch (ModelException e) {
            throw e.getMessage().startsWith("model info") ? e : error(e.getMessage());
        }
    }

    private ModelException error(String what) {
        return new ModelException("model info, line " + number + ": " + what);
    }
}
