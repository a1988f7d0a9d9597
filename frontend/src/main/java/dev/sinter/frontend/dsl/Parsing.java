package dev.sinter.frontend.dsl;

import dev.sinter.frontend.dsl.grammar.SinterLexer;
import dev.sinter.frontend.dsl.grammar.SinterParser;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.DefaultErrorStrategy;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.ErrorNode;
import org.antlr.v4.runtime.tree.ParseTreeListener;
import org.antlr.v4.runtime.tree.TerminalNode;
import org.jspecify.annotations.Nullable;

/** Parses a text; the first thing that does not fit ends it with a message. */
final class Parsing {
    /** Characters of the longest text. */
    static final int LONGEST = 1 << 20;
    /** Grammar rules within each other; an expression in parentheses takes ten. */
    private static final int DEEPEST = 800;
    private static final int MOST_EXPECTED = 8;
    private static final Map<String, String> CLOSING = Map.of("{", "}", "[", "]", "(", ")");
    private static final List<String> STATEMENTS =
            List.of("annotate", "dim", "if", "initialize", "input", "let", "output", "param",
                    "repeat", "require", "return", "state", "weights");
    private static final List<String> ITEMS = List.of("fn", "import", "model");

    /** A parse tree and the tokens it is of, comments included. */
    record Parsed(SinterParser.FileContext tree, List<Token> tokens) {
    }

    private Parsing() {
    }

    /** What a text says. */
    static Ast.Unit unit(Source source) {
        return new TreeBuilder(source).unit(parse(source).tree());
    }

    /** A text's parse tree. */
    static Parsed parse(Source source) {
        if (source.text().length() > LONGEST) {
            throw new DslException(new Place(source, 1, 1, 1),
                    "a text of at most " + LONGEST + " characters was expected, this one has "
                            + source.text().length());
        }
        var lexer = new SinterLexer(CharStreams.fromString(source.text(), source.name()));
        lexer.removeErrorListeners();
        var stream = new CommonTokenStream(lexer);
        stream.fill();
        var tokens = stream.getTokens();
        tokens.forEach(t -> checkToken(t, source));
        var parser = new SinterParser(stream);
        parser.removeErrorListeners();
        parser.setErrorHandler(new FirstError(source, tokens));
        parser.addParseListener(new DepthLimit(source));
        return new Parsed(parser.file(), tokens);
    }

    private static void checkToken(Token token, Source source) {
        var place = new TreeBuilder(source).place(token);
        switch (token.getType()) {
            case SinterLexer.BAD_NUMBER ->
                    throw new DslException(place, "a number was expected, not '" + token.getText() + "'");
            case SinterLexer.UNCLOSED_TEXT -> throw new DslException(place,
                    "a text that ends with '\"' on the same line was expected; \\\", \\\\, \\n and \\t are its escapes");
            case SinterLexer.UNKNOWN ->
                    throw new DslException(place, "a character that the language does not have: '" + token.getText()
                            + "'" + (token.getText().equals("'") ? "; texts are written as \"...\"" : ""));
            default -> {
            }
        }
    }

    /** Keeps the recursion of the parser within a thread's stack. */
    private record DepthLimit(Source source, int[] depth) implements ParseTreeListener {
        DepthLimit(Source source) {
            this(source, new int[1]);
        }

        @Override
        public void enterEveryRule(ParserRuleContext rule) {
            if (++depth[0] > DEEPEST) {
                throw new DslException(new TreeBuilder(source).place(rule.getStart()),
                        "nested too deeply here; some 60 parentheses or blocks within each other were expected at most");
            }
        }

        @Override
        public void exitEveryRule(ParserRuleContext rule) {
            depth[0]--;
        }

        @Override
        public void visitTerminal(TerminalNode node) {
            // only rules nest
        }

        @Override
        public void visitErrorNode(ErrorNode node) {
            // there are none: the first error ends parsing
        }
    }

    /** Says what was expected instead of recovering. */
    private static final class FirstError extends DefaultErrorStrategy {
        private final Source source;
        private final List<Token> tokens;

        FirstError(Source source, List<Token> tokens) {
            this.source = source;
            this.tokens = tokens;
        }

        @Override
        public void recover(Parser parser, RecognitionException e) {
            throw error(parser, e.getOffendingToken());
        }

        @Override
        public Token recoverInline(Parser parser) {
            throw error(parser, parser.getCurrentToken());
        }

        @Override
        public void reportError(Parser parser, RecognitionException e) {
            throw error(parser, e.getOffendingToken());
        }

        @Override
        public void sync(Parser parser) {
            // what does not fit is found by the rule that looks at it
        }

        private DslException error(Parser parser, Token token) {
            var trees = new TreeBuilder(source);
            if (token.getType() == Token.EOF) {
                var open = open();
                if (open != null) {
                    return new DslException(trees.place(open), "'" + open.getText() + "' is never closed: '"
                            + CLOSING.get(open.getText()) + "' was expected before the end of the file");
                }
                return new DslException(trees.place(token),
                        "the file ends where " + expected(parser, token) + " was expected");
            }
            var start = statement(parser.getContext());
            if (start != null && start.getType() == SinterLexer.NAME && start != token && !misspelt(start).isEmpty()) {
                return new DslException(trees.place(start),
                        "a statement was expected, not '" + start.getText() + "'" + misspelt(start));
            }
            return new DslException(trees.place(token),
                    expected(parser, token) + " was expected, not '" + token.getText() + "'"
                            + (token.getType() == SinterLexer.NAME ? misspelt(token) : "") + unclosed(token));
        }

        /** The first word of the statement that is being parsed, if that is all there is of it. */
        private static @Nullable Token statement(ParserRuleContext rule) {
            for (var at = rule; at != null; at = at.getParent()) {
                if (at instanceof SinterParser.StatementContext || at instanceof SinterParser.BlockContext) {
                    return at instanceof SinterParser.BlockContext ? null : at.getStart();
                }
            }
            return null;
        }

        /** Where a bracket was opened that an earlier line should have closed. */
        private String unclosed(Token token) {
            var open = open(token);
            return open == null || open.getText().equals("{") || open.getLine() == token.getLine() ? ""
                    : "; '" + open.getText() + "' in line " + open.getLine() + " is not closed";
        }

        private String misspelt(Token token) {
            boolean outside = open(token) == null;
            return Suggestions.near(token.getText(), outside ? ITEMS : STATEMENTS);
        }

        private String expected(Parser parser, Token token) {
            var names = new ArrayList<String>();
            var vocabulary = parser.getVocabulary();
            var rule = parser.getContext();
            if (rule instanceof SinterParser.FileContext || rule instanceof SinterParser.ItemContext) {
                return "'model', 'fn' or 'import'";
            }
            if (rule instanceof SinterParser.BlockContext || rule instanceof SinterParser.StatementContext
                    && rule.getStart() == token) {
                return "a statement or '}'";
            }
            if (startsExpression(rule, token)) {
                return "an expression";
            }
            for (int type : parser.getExpectedTokens().toList()) {
                boolean word = type == SinterParser.NAME;
                var name = word ? "a name" : type == SinterParser.TEXT ? "a text" : vocabulary.getDisplayName(type);
                if (word || !isSoft(name)) {
                    names.add(name);
                }
            }
            if (names.isEmpty() || names.size() > MOST_EXPECTED) {
                return "something else";
            }
            var last = names.removeLast();
            return names.isEmpty() ? last : String.join(", ", names) + " or " + last;
        }

        /** Words that are names as well are not worth a place in a message. */
        private static boolean isSoft(String name) {
            return List.of("'along'", "'from'", "'to'", "'prefix'", "'partial'", "'named'", "'weights'", "'primitive'")
                    .contains(name);
        }

        private static boolean startsExpression(ParserRuleContext rule, Token token) {
            return rule.getStart() == token && !(rule instanceof SinterParser.NameContext)
                    && rule.getRuleIndex() >= SinterParser.RULE_expr && rule.getRuleIndex() <= SinterParser.RULE_atom;
        }

        private @Nullable Token open() {
            return open(tokens.getLast());
        }

        /** The innermost bracket that is open before a token, or null. */
        private @Nullable Token open(Token before) {
            var open = new ArrayDeque<Token>();
            for (var token : tokens) {
                if (token == before) {
                    break;
                }
                if (CLOSING.containsKey(token.getText()) && token.getChannel() == Token.DEFAULT_CHANNEL) {
                    open.push(token);
                } else if (CLOSING.containsValue(token.getText()) && !open.isEmpty()) {
                    open.pop();
                }
            }
            return open.peek();
        }
    }
}
