package dev.sinter.codegen.plan;

import dev.sinter.ir.Notation;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The text form of a script: one line for each statement, bodies indented; registers are {@code r0}, {@code r1}, ….
 *
 * <pre>
 * script 5 registers -> (r4) {
 *   constant r2 = i64[1] @128
 *   run block 0
 *   (r3) = nonzero(r1)  // n000_library
 *   match r3: i64[2,nonzero_0] binds nonzero_0
 *   if r5 {
 *     …
 *   } else {
 *     …
 *   }
 * }
 * </pre>
 */
final class ScriptPrinter {
    private static final String INDENT = "  ";

    private final Script script;
    private final StringBuilder out = new StringBuilder();

    private ScriptPrinter(Script script) {
        this.script = script;
    }

    static String print(Script script, String indent) {
        var printer = new ScriptPrinter(script);
        printer.script(indent);
        return printer.out.toString();
    }

    private void line(String indent, String text) {
        out.append(indent).append(text).append('\n');
    }

    private void script(String indent) {
        line(indent, "script " + script.registers() + " registers -> " + registers(script.outputs()) + " {");
        for (var constant : script.constants()) {
            line(indent + INDENT, "constant r" + constant.register() + " = " + constant.data().type() + " @"
                    + constant.byteOffset());
        }
        body(script.main(), indent + INDENT);
        line(indent, "}");
    }

    private static String registers(List<Integer> registers) {
        return registers.stream().map(r -> "r" + r).collect(Collectors.joining(", ", "(", ")"));
    }

    private void body(Statement.Body body, String indent) {
        body.statements().forEach(s -> statement(s, indent));
    }

    private void statement(Statement statement, String indent) {
        switch (statement) {
            case Statement.RunBlock(int number) -> line(indent, "run block " + number);
            case Statement.CallLibrary(int number, var method, var node) -> {
                var call = script.calls().get(number);
                line(indent, registers(call.outputs()) + " = " + call.op().routine() + registers(call.inputs())
                        + (call.op().arguments().texts().isEmpty() ? ""
                                : " " + Notation.print(call.op().arguments().texts()))
                        + "  // " + method);
            }
            case Statement.Define(int register, var symbols, var where) ->
                    line(indent, "define " + symbols + " = r" + register + "  // " + where);
            case Statement.Match match -> line(indent, "match r" + match.register() + ": " + match.type()
                    + (match.binds().isEmpty() ? "" : " binds " + String.join(", ", new TreeSet<>(match.binds()))));
            case Statement.Require(var left, var right, var reason) ->
                    line(indent, "require " + left + " == " + right + "  // " + reason);
            case Statement.Move(var from, var to) -> line(indent, registers(to) + " = " + registers(from));
            case Statement.Branch branch -> {
                line(indent, "if r" + branch.condition() + " {  // " + branch.method());
                body(branch.yes(), indent + INDENT);
                line(indent, "} else {");
                body(branch.no(), indent + INDENT);
                line(indent, "}");
            }
            case Statement.Repeat repeat -> repeat(repeat, indent);
        }
    }

    private void repeat(Statement.Repeat repeat, String indent) {
        line(indent, registers(repeat.carried()) + " = " + registers(repeat.first()));
        line(indent, "loop r" + repeat.round() + " below r" + repeat.limit() + " while r" + repeat.current() + " = r"
                + repeat.condition() + " {  // " + repeat.method());
        body(repeat.body(), indent + INDENT);
        for (var collected : repeat.collected()) {
            line(indent + INDENT, "append r" + collected.slice() + " to r" + collected.result());
        }
        line(indent + INDENT, registers(repeat.carried()) + " = " + registers(repeat.next()) + " while r"
                + repeat.goOn());
        line(indent, "}");
    }
}
