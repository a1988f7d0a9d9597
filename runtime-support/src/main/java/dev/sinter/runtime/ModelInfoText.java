package dev.sinter.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the text form of {@link ModelInfo}: one fact a line, a keyword and its operands.
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
 * state "past" "present" 2
 * allocation f32 0 3 7 shared
 * values 33
 * params 20 13
 * end
 * </pre>
 *
 * A model with a script has version 2 and, before {@code end}, lines of the script; a {@code block} owns the results
 * and allocations behind it:
 *
 * <pre>
 * registers 5 [4]
 * defined "nonzero_0" 0 2147483647
 * constant 2 i64 [1] 128
 * library "nonzero" "/NonZero" [0] [3] {"axis"="1"}
 * block [0] [3] 7 4 3
 * result 4 f32 [$0, $1]
 * allocation f32 0 3 7 shared
 * </pre>
 *
 * Types: {@code f32 [..]} is a tensor of any rank, {@code seq f32 [3]}, {@code optional …} and
 * {@code map string f32 []} are no tensors, and a dimension that is a string without a value's number is known only when the model runs.
 */
final class ModelInfoText {
    static final String HEADER = "sinter-model 1";
    static final String SCRIPTED = "sinter-model 2";
    private static final String MESSAGE = "model info";
    private static final Set<String> ONCE = Set.of("name", "class", "ir", "weights", "values", "params");

    private static final Set<String> SCRIPT =
            Set.of("registers", "defined", "constant", "library", "block", "result");

    private final String[] lines;
    private final List<SymbolInfo> symbols = new ArrayList<>();
    private final List<ValueInfo> inputs = new ArrayList<>();
    private final List<ValueInfo> outputs = new ArrayList<>();
    private final List<AllocationInfo> allocations = new ArrayList<>();
    private final List<StateInfo> states = new ArrayList<>();
    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, Long> numbers = new HashMap<>();

    private final List<SymbolInfo> defined = new ArrayList<>();
    private final List<ConstantInfo> constants = new ArrayList<>();
    private final List<LibraryInfo> calls = new ArrayList<>();
    private final List<BlockInfo> blocks = new ArrayList<>();
    private List<Integer> scriptOutputs = List.of();

    private int number;  // of the line, from 1
    private String line;
    private int at;      // position in the line

    ModelInfoText(String text) {
        this.lines = lines(text);
    }

    /** No regular expression and no lambda here: a model is often loaded before the process has used any. */
    private static String[] lines(String text) {
        var lines = new ArrayList<String>();
        int from = 0;
        while (from < text.length()) {
            int end = text.indexOf('\n', from);
            int next = end < 0 ? text.length() : end + 1;
            end = end < 0 ? next : end;
            lines.add(text.substring(from, end > from && text.charAt(end - 1) == '\r' ? end - 1 : end));
            from = next;
        }
        return lines.toArray(new String[0]);
    }

    ModelInfo parse() {
        nextLine();
        if (!line.equals(HEADER) && !line.equals(SCRIPTED)) {
            throw error("expected '" + HEADER + "' or '" + SCRIPTED + "'");
        }
        boolean scripted = line.equals(SCRIPTED);
        var seen = new HashSet<String>();
        String keyword;
        while (!(keyword = nextKeyword()).equals("end")) {
            if (!scripted && SCRIPT.contains(keyword)) {
                throw error("'" + keyword + "' stands in '" + SCRIPTED + "' only");
            }
            if ((ONCE.contains(keyword) || keyword.equals("registers")) && !seen.add(keyword)) {
                throw error("'" + keyword + "' stands twice");
            }
            try {
                parseFact(keyword);
            } catch (ModelException e) { // what other checks say gets the line's number
                throw e.getMessage().startsWith(MESSAGE) ? e : error(e.getMessage());
            }
            if (at != line.length()) {
                throw error("expected the end of the line at column " + (at + 1));
            }
        }
        for (String needed : ONCE) {
            if (!seen.contains(needed)) {
                throw error("'" + needed + "' is missing");
            }
        }
        if (scripted && !seen.contains("registers")) {
            throw error("'registers' is missing");
        }
        if (at != line.length() || number != lines.length) {
            throw error("expected nothing behind 'end'");
        }
        return new ModelInfo(texts.get("name"), texts.get("class"), texts.get("ir"), symbols, inputs, outputs,
                allocations, numbers.get("values").intValue(), numbers.get("params").intValue(),
                numbers.get("paramCount").intValue(), numbers.get("weights"),
                scripted ? new ScriptInfo(numbers.get("registers").intValue(), defined, scriptOutputs, constants,
                        calls, blocks) : ScriptInfo.NONE,
                states);
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
            case "symbol" -> symbols.add(symbol());
            case "input" -> inputs.add(value());
            case "output" -> outputs.add(value());
            case "state" -> states.add(new StateInfo(string(), string(), (int) integer(Integer.MAX_VALUE)));
            case "allocation" -> allocation(allocation());
            case "registers" -> {
                numbers.put(keyword, integer(Integer.MAX_VALUE));
                scriptOutputs = integers();
            }
            case "defined" -> defined.add(symbol());
            case "constant" -> constants.add(new ConstantInfo((int) integer(Integer.MAX_VALUE),
                    DType.parse(word()), longs(), integer(Long.MAX_VALUE)));
            case "library" -> calls.add(library());
            case "block" -> blocks.add(new BlockInfo(integers(), integers(), List.of(), List.of(),
                    List.of(), (int) integer(Integer.MAX_VALUE), (int) integer(Integer.MAX_VALUE),
                    (int) integer(Integer.MAX_VALUE)));
            case "result" -> result();
            default -> throw error("unknown keyword '" + keyword + "'");
        }
    }

    private SymbolInfo symbol() {
        return new SymbolInfo(string(), signed(), signed());
    }

    /** Allocations behind a block are that block's. */
    private void allocation(AllocationInfo allocation) {
        if (blocks.isEmpty()) {
            allocations.add(allocation);
        } else {
            blocks.add(blocks.removeLast().with(allocation));
        }
    }

    private void result() {
        if (blocks.isEmpty()) {
            throw error("a result stands behind a block only");
        }
        int register = (int) integer(Integer.MAX_VALUE);
        blocks.add(blocks.removeLast().with(register, new ValueInfo("r" + register, type())));
    }

    private List<Integer> integers() {
        var values = new ArrayList<Integer>();
        for (long value : longs()) {
            values.add((int) value);
        }
        return values;
    }

    private List<Long> longs() {
        skipSpace();
        expect('[');
        var values = new ArrayList<Long>();
        while (!looksAt(']')) {
            if (!values.isEmpty()) {
                expect(',');
            }
            values.add(integer(Integer.MAX_VALUE));
        }
        expect(']');
        return values;
    }

    private LibraryInfo library() {
        String routine = string();
        String node = string();
        List<Integer> from = integers();
        List<Integer> to = integers();
        return new LibraryInfo(routine, node, arguments(), from, to);
    }

    private Map<String, String> arguments() {
        skipSpace();
        expect('{');
        var values = new LinkedHashMap<String, String>();
        while (!looksAt('}')) {
            if (!values.isEmpty()) {
                expect(',');
            }
            String key = string();
            expect('=');
            values.put(key, string());
        }
        expect('}');
        return values;
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
        return new ValueInfo(string(), type());
    }

    private TypeInfo type() {
        String word = word();
        return switch (word) {
            case "seq" -> new TypeInfo.OfSequence(type());
            case "optional" -> new TypeInfo.OfOptional(type());
            case "map" -> new TypeInfo.OfMap(DType.parse(word()), type());
            default -> tensor(DType.parse(word));
        };
    }

    private TypeInfo tensor(DType dtype) {
        skipSpace();
        expect('[');
        if (looksAt('.')) {
            expect('.');
            expect('.');
            expect(']');
            return new TypeInfo.OfTensor(dtype, List.of(), false);
        }
        var dims = new ArrayList<DimInfo>();
        while (!looksAt(']')) {
            if (!dims.isEmpty()) {
                expect(',');
            }
            dims.add(dim());
        }
        expect(']');
        return new TypeInfo.OfTensor(dtype, dims, true);
    }

    private DimInfo dim() {
        skipSpace();
        if (looksAt('$')) {
            expect('$');
            int index = (int) integer(Integer.MAX_VALUE);
            int known = symbols.size() + defined.size();
            if (index >= known) {
                throw error("expected a symbol below $" + known + ", got $" + index);
            }
            return new DimInfo.Symbol(index, (index < symbols.size() ? symbols.get(index)
                    : defined.get(index - symbols.size())).name());
        }
        if (looksAt('"')) {
            String text = string();
            if (!looksAt('@')) {
                return new DimInfo.Open(text);
            }
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

    private long signed() {
        skipSpace();
        boolean negative = looksAt('-');
        if (negative) {
            expect('-');
        }
        long value = integer(Long.MAX_VALUE);
        return negative ? -value : value;
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

    private ModelException error(String what) {
        return new ModelException(MESSAGE + ", line " + number + ": " + what);
    }
}
