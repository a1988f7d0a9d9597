package dev.sinter.frontend.dsl;

import dev.sinter.frontend.dsl.grammar.SinterLexer;
import dev.sinter.frontend.dsl.grammar.SinterParser;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.TerminalNode;
import org.jspecify.annotations.Nullable;

/**
 * Lays a text out: one statement a line, four spaces for each block, one space around operators, one empty line between
 * functions and models and at most one elsewhere. Comments stay where they are, and so do line ends within brackets and
 * expressions.
 * What is laid out already stays as it is.
 */
public final class Formatter {
    private static final int INDENT = 4;
    private static final int WIDEST_GAP = 40;
    private static final Set<String> TIGHT_BEFORE = Set.of(",", ")", "]", ":", ".");
    private static final Set<String> TIGHT_AFTER = Set.of("(", "[", ".");
    private static final Set<String> CALLS = Set.of("(", "[");

    private final List<Token> tokens;
    /** Tokens, by index, that begin a statement or close a block and so a line. */
    private final Set<Integer> lines = new HashSet<>();
    /** Tokens that begin a function, model or import. */
    private final Set<Integer> items = new HashSet<>();
    /** Braces. */
    private final Set<Integer> opening = new HashSet<>();
    private final Set<Integer> closing = new HashSet<>();
    /** Signs before an operand, and '@' of annotations: nothing stands between them and what follows. */
    private final Set<Integer> prefixes = new HashSet<>();
    /** Brackets that stand close to what is before them: calls, selections, types. */
    private final Set<Integer> attached = new HashSet<>();
    /** Colons of ranges, with nothing around them. */
    private final Set<Integer> ranges = new HashSet<>();
    /** Statements that stay on the line of their block. */
    private final Set<Integer> inline = new HashSet<>();
    /** Tokens before the bodies of functions, where lines that go on are indented twice. */
    private final Set<Integer> heads = new HashSet<>();
    private final StringBuilder text = new StringBuilder();
    /** Whether the last token was a comment on a line of its own. */
    private boolean heading;
    private int blocks;
    private int brackets;

    private Formatter(Parsing.Parsed parsed) {
        this.tokens = parsed.tokens();
        visit(parsed.tree());
    }

    /**
     * Lays a text out.
     *
     * @param text
     *            the text
     * @param name
     *            what messages call it
     * @return the text laid out
     * @throws DslException
     *             if it can't be parsed
     */
    public static String format(String text, String name) {
        return new Formatter(Parsing.parse(new Source(name, text, null))).run();
    }

    private void visit(ParseTree tree) {
        switch (tree) {
            case SinterParser.ItemContext item -> items.add(item.getStart().getTokenIndex());
            case SinterParser.StatementContext s -> {
                if (!inline.contains(s.getStart().getTokenIndex())) {
                    lines.add(s.getStart().getTokenIndex());
                }
            }
            case SinterParser.BlockContext b -> block(b);
            case SinterParser.SelectionContext s -> attached.add(s.getStart().getTokenIndex());
            case SinterParser.RangeContext r -> terminals(r, ":", ranges);
            case SinterParser.PrefixedContext p -> terminals(p, "-", prefixes);
            case SinterParser.AnnotationContext a -> {
                terminals(a, "@", prefixes);
                terminals(a, "(", attached);
            }
            case SinterParser.CallContext c -> terminals(c, "(", attached);
            case SinterParser.FunctionContext f -> {
                terminals(f, "(", attached);
                for (int i = f.getStart().getTokenIndex(); i < f.block().getStart().getTokenIndex(); i++) {
                    heads.add(i);
                }
            }
            case SinterParser.PrimitiveContext p -> terminals(p, "(", attached);
            case SinterParser.TensorTypeContext t -> {
                if (t.name() != null) {
                    terminals(t, "[", attached);
                }
            }
            default -> {
                // the rest is as operators and commas have it
            }
        }
        for (int i = 0; i < tree.getChildCount(); i++) {
            visit(tree.getChild(i));
        }
    }

    private void block(SinterParser.BlockContext block) {
        int start = block.getStart().getTokenIndex();
        int stop = block.getStop().getTokenIndex();
        if (isInline(block)) {
            inline.add(block.statement(0).getStart().getTokenIndex());
            return;
        }
        opening.add(start);
        closing.add(stop);
        if (stop > start + 1) {
            lines.add(stop);
        }
    }

    /** A block of one statement that stands on one line may stay there. */
    private boolean isInline(SinterParser.BlockContext block) {
        return block.statement().size() == 1 && block.getStart().getLine() == block.getStop().getLine()
                && block.statement(0).getStop().getTokenIndex() < block.getStop().getTokenIndex()
                && !block.statement(0).getText().contains("{");
    }

    private static void terminals(ParserRuleContext rule, String wanted, Set<Integer> found) {
        for (int i = 0; i < rule.getChildCount(); i++) {
            if (rule.getChild(i) instanceof TerminalNode t && t.getText().equals(wanted)) {
                found.add(t.getSymbol().getTokenIndex());
            }
        }
    }

    private String run() {
        Token before = null;
        boolean items = false;
        for (var token : tokens) {
            if (token.getType() == Token.EOF) {
                break;
            }
            if (closing.contains(token.getTokenIndex())) {
                blocks--;
            }
            if (before != null) {
                separate(before, token, items);
            }
            heading = isComment(token) && (before == null || before.getLine() < token.getLine());
            text.append(isComment(token) ? comment(token) : token.getText());
            items |= this.items.contains(token.getTokenIndex());
            count(token);
            before = token;
        }
        return before == null ? "" : text.append('\n').toString();
    }

    private static boolean isComment(Token token) {
        return token.getType() == SinterLexer.COMMENT;
    }

    /** Comments have a space behind '#', unless they are a line of signs. */
    private static String comment(Token token) {
        var words = token.getText().stripTrailing();
        boolean tight = words.length() > 1 && Character.isLetterOrDigit(words.charAt(1));
        return tight ? "# " + words.substring(1) : words;
    }

    private void count(Token token) {
        if (opening.contains(token.getTokenIndex())) {
            blocks++;
        } else if (!closing.contains(token.getTokenIndex())) {
            brackets += switch (token.getText()) {
                case "(", "[" -> 1;
                case ")", "]" -> -1;
                default -> 0;
            };
        }
    }

    private void separate(Token before, Token token, boolean items) {
        int given = token.getLine() - before.getLine();
        boolean line = starts(token) || isComment(before) && brackets == 0 && !isWithin(token)
                || isComment(token) && given > 0 && startsNext(token)
                || opening.contains(before.getTokenIndex()) && !closing.contains(token.getTokenIndex());
        if (isComment(token) && given == 0) {
            int gap = token.getCharPositionInLine() - before.getCharPositionInLine() - before.getText().length();
            text.append(" ".repeat(Math.clamp(gap, 2, WIDEST_GAP)));
        } else if (line || isComment(before) || given > 0 && goesOn(token)) {
            int breaks = line ? Math.max(1, Math.min(given, 2)) : 1;
            boolean apart = items && beginsItem(token) && !heading;
            boolean tight = opening.contains(before.getTokenIndex()) || closing.contains(token.getTokenIndex());
            newline(apart && !bothImports(before, token) ? 2 : tight ? 1 : breaks, line ? null : token);
        } else if (isSpaced(before, token)) {
            text.append(' ');
        }
    }

    /** Whether a token goes on with a statement rather than beginning or ending one. */
    private boolean isWithin(Token token) {
        return !isComment(token) && !starts(token) && !closing.contains(token.getTokenIndex())
                && !opening.contains(token.getTokenIndex());
    }

    private boolean starts(Token token) {
        return lines.contains(token.getTokenIndex()) || items.contains(token.getTokenIndex());
    }

    /** Whether a line end before a token that begins no statement is kept: everywhere but before a block. */
    private boolean goesOn(Token token) {
        return !opening.contains(token.getTokenIndex());
    }

    private void newline(int breaks, @Nullable Token goesOn) {
        text.append("\n".repeat(breaks));
        int deeper = goesOn == null ? 0 : continued(goesOn);
        text.append(" ".repeat(INDENT * (blocks + deeper)));
    }

    /** Within brackets or a statement, one step deeper; a bracket that closes stands below its statement. */
    private int continued(Token token) {
        boolean last = brackets == 1 && (token.getText().equals(")") || token.getText().equals("]"));
        return last ? 0 : heads.contains(token.getTokenIndex()) ? 2 : 1;
    }

    /** Whether what follows a comment begins a line of its own. */
    private boolean startsNext(Token comment) {
        for (int i = comment.getTokenIndex() + 1; i < tokens.size(); i++) {
            var token = tokens.get(i);
            if (!isComment(token)) {
                return token.getType() == Token.EOF || starts(token) || closing.contains(token.getTokenIndex());
            }
        }
        return true;
    }

    /** Whether a token, or what follows it as a comment, begins a function or model. */
    private boolean beginsItem(Token token) {
        for (int i = token.getTokenIndex(); i < tokens.size(); i++) {
            if (!isComment(tokens.get(i))) {
                return items.contains(i);
            }
        }
        return false;
    }

    private boolean bothImports(Token before, Token token) {
        return before.getType() == SinterLexer.TEXT && (token.getText().equals("import")
                || token.getText().equals("primitive") || isComment(token));
    }

    private boolean isSpaced(Token before, Token token) {
        var a = before.getText();
        var b = token.getText();
        if (ranges.contains(token.getTokenIndex()) || ranges.contains(before.getTokenIndex())) {
            return a.equals(",");
        }
        if (prefixes.contains(before.getTokenIndex()) || attached.contains(token.getTokenIndex())) {
            return false;
        }
        if (closing.contains(token.getTokenIndex()) && opening.contains(before.getTokenIndex())) {
            return false;
        }
        return !TIGHT_AFTER.contains(a) && !TIGHT_BEFORE.contains(b) && !(a.equals(".") || CALLS.contains(a));
    }
}
