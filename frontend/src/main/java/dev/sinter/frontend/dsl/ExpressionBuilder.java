package dev.sinter.frontend.dsl;

import dev.sinter.frontend.dsl.grammar.SinterParser;
import dev.sinter.frontend.dsl.grammar.SinterParser.AtomContext;
import dev.sinter.frontend.dsl.grammar.SinterParser.ExprContext;
import dev.sinter.frontend.dsl.grammar.SinterParser.PostfixedContext;
import dev.sinter.frontend.dsl.grammar.SinterParser.SumContext;
import java.util.List;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.TerminalNode;

/** Makes expressions of their parse trees. */
final class ExpressionBuilder {
    /** A longer chain would be too deep a tree. */
    private static final int LONGEST = 200;

    private final TreeBuilder trees;

    ExpressionBuilder(TreeBuilder trees) {
        this.trees = trees;
    }

    Ast.Expression expression(ExprContext expr) {
        return build(expr.choice());
    }

    Ast.Expression sum(SumContext sum) {
        return build(sum);
    }

    private Ast.Expression build(ParserRuleContext tree) {
        return switch (tree) {
            case ExprContext e -> build(e.choice());
            case SinterParser.ChoiceContext c -> c.disjunction() != null ? build(c.disjunction())
                    : new Ast.Either(expression(c.expr(0)), expression(c.expr(1)), expression(c.expr(2)),
                            trees.place(c));
            case SinterParser.PrefixedContext p -> prefixed(p);
            case PostfixedContext p -> postfixed(p);
            default -> chain(tree);
        };
    }

    /** Operands with operators between them, from left to right. */
    private Ast.Expression chain(ParserRuleContext tree) {
        if (tree.getChildCount() > 2 * LONGEST) {
            throw new DslException(trees.place(tree.getStart()),
                    "an expression of " + (tree.getChildCount() + 1) / 2 + " operands in a row; at most " + LONGEST
                            + " were expected");
        }
        var value = build((ParserRuleContext) tree.getChild(0));
        for (int i = 1; i < tree.getChildCount(); i += 2) {
            var operator = ((TerminalNode) tree.getChild(i)).getSymbol();
            value = new Ast.Binary(operator.getText(), value, build((ParserRuleContext) tree.getChild(i + 1)),
                    trees.place(operator));
        }
        return value;
    }

    private Ast.Expression prefixed(SinterParser.PrefixedContext p) {
        int signs = p.getChildCount() - 1;
        if (signs > LONGEST) {
            throw new DslException(trees.place(p.getStart()),
                    signs + " signs in a row; at most " + LONGEST + " were expected");
        }
        var value = build(p.postfixed());
        for (int i = signs - 1; i >= 0; i--) {
            var sign = ((TerminalNode) p.getChild(i)).getSymbol();
            value = new Ast.Prefix(sign.getText(), value, trees.place(sign));
        }
        return value;
    }

    private Ast.Expression postfixed(PostfixedContext p) {
        if (p.getChildCount() > LONGEST) {
            throw new DslException(trees.place(p.getStart()),
                    p.getChildCount() - 1 + " selections in a row; at most " + LONGEST + " were expected");
        }
        var value = atom(p.atom());
        for (int i = 1; i < p.getChildCount(); i++) {
            value = switch (p.getChild(i)) {
                case SinterParser.SelectionContext s -> new Ast.Selection(value,
                        s.index().stream().map(this::index).toList(), trees.place(s));
                case SinterParser.MemberContext m -> new Ast.Member(value, trees.name(m.name()), trees.place(m));
                default -> throw new AssertionError(p.getChild(i).getClass());
            };
        }
        return value;
    }

    private Ast.Index index(SinterParser.IndexContext i) {
        var place = trees.place(i);
        var first = i.expr() == null ? null : expression(i.expr());
        var range = i.range();
        if (range != null) {
            return new Ast.Range(first, range.to == null ? null : expression(range.to),
                    range.by == null ? null : expression(range.by), place);
        }
        if (first != null) {
            return new Ast.At(first, place);
        }
        return i.getText().equals("new") ? new Ast.NewAxis(place) : new Ast.Rest(place);
    }

    private Ast.Expression atom(AtomContext atom) {
        var place = trees.place(atom);
        return switch (atom) {
            case SinterParser.LiteralContext l -> literal(l.getStart());
            case SinterParser.CallContext c -> new Ast.Call(trees.name(c.name()), trees.arguments(c.arguments()),
                    trees.label(c), place);
            case SinterParser.ReferenceContext r -> new Ast.Reference(trees.name(r.name()));
            case SinterParser.ListContext l -> new Ast.Listing(elements(l), place);
            case SinterParser.GroupedContext g -> expression(g.expr());
            default -> throw new AssertionError(atom.getClass());
        };
    }

    private List<Ast.Expression> elements(SinterParser.ListContext list) {
        return list.expr().stream().map(this::expression).toList();
    }

    private Ast.Expression literal(Token token) {
        var place = trees.place(token);
        var text = token.getText();
        return switch (token.getType()) {
            case SinterParser.INT -> new Ast.Int(integer(text, place), place);
            case SinterParser.REAL -> new Ast.Real(real(text, place), place);
            case SinterParser.BLOCK -> new Ast.Block(integer(text.substring(0, text.indexOf('x')), place),
                    integer(text.substring(text.indexOf('x') + 1), place), place);
            case SinterParser.TEXT -> trees.text(token);
            default -> switch (text) {
                case "true" -> new Ast.Truth(true, place);
                case "false" -> new Ast.Truth(false, place);
                default -> new Ast.None(place);
            };
        };
    }

    private static long integer(String text, Place place) {
        try {
            return Long.parseLong(text.replace("_", ""));
        } catch (NumberFormatException e) {
            throw new DslException(place, "an integer of at most " + Long.MAX_VALUE + " was expected, not " + text);
        }
    }

    private static double real(String text, Place place) {
        double value = Double.parseDouble(text.replace("_", ""));
        if (Double.isInfinite(value)) {
            throw new DslException(place, "a number of at most " + Double.MAX_VALUE + " was expected, not " + text
                    + "; infinity is 'inf'");
        }
        return value;
    }
}
