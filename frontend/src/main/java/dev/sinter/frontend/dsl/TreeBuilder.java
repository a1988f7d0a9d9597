package dev.sinter.frontend.dsl;

import dev.sinter.frontend.dsl.grammar.SinterParser;
import dev.sinter.frontend.dsl.grammar.SinterParser.ArgumentsContext;
import dev.sinter.frontend.dsl.grammar.SinterParser.BlockContext;
import dev.sinter.frontend.dsl.grammar.SinterParser.ConditionalContext;
import dev.sinter.frontend.dsl.grammar.SinterParser.FormalsContext;
import dev.sinter.frontend.dsl.grammar.SinterParser.NameContext;
import dev.sinter.frontend.dsl.grammar.SinterParser.StatementContext;
import dev.sinter.frontend.dsl.grammar.SinterParser.TensorTypeContext;
import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;

/** Makes what a text says of its parse tree; expressions are {@link ExpressionBuilder}'s. */
final class TreeBuilder {
    private final Source source;
    private final ExpressionBuilder expressions = new ExpressionBuilder(this);

    TreeBuilder(Source source) {
        this.source = source;
    }

    Ast.Unit unit(SinterParser.FileContext file) {
        var imports = new ArrayList<Ast.Text>();
        var primitives = new ArrayList<Ast.Primitive>();
        var functions = new ArrayList<Ast.Function>();
        var models = new ArrayList<Ast.Model>();
        for (var item : file.item()) {
            if (item.importing() != null) {
                imports.add(text(item.importing().TEXT().getSymbol()));
            } else if (item.primitive() != null) {
                var p = item.primitive();
                primitives.add(new Ast.Primitive(name(p.name()), formals(p.formals()),
                        text(p.TEXT().getSymbol()).value()));
            } else if (item.function() != null) {
                functions.add(function(item.function()));
            } else {
                models.add(new Ast.Model(name(item.model().name()), block(item.model().block())));
            }
        }
        return new Ast.Unit(source, imports, primitives, functions, models);
    }

    private Ast.Function function(SinterParser.FunctionContext f) {
        var results = f.results() == null ? List.<Ast.TensorPattern>of()
                : f.results().tensorType().stream().map(this::type).toList();
        return new Ast.Function(name(f.name()), formals(f.formals()), results, block(f.block()));
    }

    private List<Ast.Formal> formals(@Nullable FormalsContext formals) {
        if (formals == null) {
            return List.of();
        }
        return formals.formal().stream().map(f -> new Ast.Formal(name(f.name()), f.kind() == null ? null
                : f.kind().tensorType() != null ? type(f.kind().tensorType())
                        : new Ast.NamedKind(name(f.kind().name())),
                f.expr() == null ? null : expressions.expression(f.expr()))).toList();
    }

    Ast.TensorPattern type(TensorTypeContext type) {
        var axes = type.axis().stream()
                .map(a -> new Ast.Axis(a.expr() == null ? null : expressions.expression(a.expr()), place(a))).toList();
        return new Ast.TensorPattern(type.name() == null ? null : name(type.name()), axes, place(type));
    }

    List<Ast.Statement> block(BlockContext block) {
        var statements = new ArrayList<Ast.Statement>();
        for (var statement : block.statement()) {
            if (statement instanceof SinterParser.DimsContext dims) {
                dims.dimension().forEach(d -> statements.add(dimension(d)));
            } else {
                statements.add(statement(statement));
            }
        }
        return List.copyOf(statements);
    }

    private Ast.DimDeclaration dimension(SinterParser.DimensionContext d) {
        Ast.Expression least = null;
        Ast.Expression most = null;
        for (int i = 0; i < d.sum().size(); i++) {
            var bound = expressions.sum(d.sum(i));
            boolean upper = d.getChild(2 * i + 1).getText().equals("<=");
            if ((upper ? most : least) != null) {
                throw new DslException(bound.place(), "a second bound on the same side of '" + d.name().getText()
                        + "'; one '>=' and one '<=' were expected");
            }
            most = upper ? bound : most;
            least = upper ? least : bound;
        }
        return new Ast.DimDeclaration(name(d.name()), least, most, place(d));
    }

    private Ast.Statement statement(StatementContext statement) {
        var place = place(statement.getStart());
        return switch (statement) {
            case SinterParser.InputContext s -> new Ast.Input(name(s.name()), optional(s.TEXT() == null ? null
                    : s.TEXT().getSymbol()), type(s.tensorType()), place);
            case SinterParser.StateContext s -> state(s, place);
            case SinterParser.ParamContext s -> new Ast.Param(name(s.name()), optional(s.TEXT() == null ? null
                    : s.TEXT().getSymbol()), type(s.tensorType()),
                    s.annotation().stream().map(this::annotation).toList(),
                    s.expr() == null ? null : expressions.expression(s.expr()), place);
            case SinterParser.WeightsContext s -> new Ast.Weights(text(s.TEXT(0).getSymbol()),
                    optional(s.TEXT(1) == null ? null : s.TEXT(1).getSymbol()), s.getText().endsWith("partial"), place);
            case SinterParser.AnnotateContext s -> new Ast.Annotate(text(s.TEXT().getSymbol()),
                    s.annotation().stream().map(this::annotation).toList(), place);
            case SinterParser.InitializeContext s -> new Ast.Initialize(text(s.TEXT().getSymbol()),
                    expressions.expression(s.expr()), place);
            case SinterParser.LetContext s -> new Ast.Let(true, s.name().stream().map(this::name).toList(),
                    s.tensorType() == null ? null : type(s.tensorType()), expressions.expression(s.expr()), place);
            case SinterParser.AssignContext s -> new Ast.Let(false, s.name().stream().map(this::name).toList(), null,
                    expressions.expression(s.expr()), place);
            case SinterParser.OutputContext s -> new Ast.Output(s.TEXT() != null ? text(s.TEXT().getSymbol())
                    : new Ast.Text(s.name().getText(), place(s.name())), expressions.expression(s.expr()), place);
            case SinterParser.RepeatContext s -> new Ast.Repeat(expressions.expression(s.expr()), name(s.name()),
                    optional(s.TEXT() == null ? null : s.TEXT().getSymbol()), block(s.block()), place);
            case SinterParser.ChooseContext s -> conditional(s.conditional());
            case SinterParser.RequireContext s -> new Ast.Require(expressions.expression(s.expr()),
                    text(s.TEXT().getSymbol()), place);
            case SinterParser.ReturnContext s ->
                    new Ast.Return(s.expr().stream().map(expressions::expression).toList(), place);
            default -> throw new AssertionError(statement.getClass());
        };
    }

    private Ast.State state(SinterParser.StateContext s, Place place) {
        @Nullable
        Token from = null;
        @Nullable
        Token to = null;
        for (int i = 0; i + 1 < s.getChildCount(); i++) {
            if (s.getChild(i + 1) instanceof org.antlr.v4.runtime.tree.TerminalNode text
                    && text.getSymbol().getType() == SinterParser.TEXT) {
                from = s.getChild(i).getText().equals("from") ? text.getSymbol() : from;
                to = s.getChild(i).getText().equals("to") ? text.getSymbol() : to;
            }
        }
        return new Ast.State(name(s.name(0)), type(s.tensorType()), name(s.name(1)), optional(from), optional(to),
                place);
    }

    /** A chain of {@code else if} is as deep a tree as it is long, so it is built from its end. */
    private Ast.Choose conditional(ConditionalContext first) {
        var chain = new ArrayList<ConditionalContext>();
        for (var c = first; c != null; c = c.conditional()) {
            chain.add(c);
        }
        var last = chain.removeLast();
        var built = choose(last, last.block().size() > 1 ? block(last.block(1)) : List.of());
        for (var c : chain.reversed()) {
            built = choose(c, List.of(built));
        }
        return built;
    }

    private Ast.Choose choose(ConditionalContext c, List<Ast.Statement> otherwise) {
        return new Ast.Choose(expressions.expression(c.expr()), block(c.block(0)), otherwise, place(c.getStart()));
    }

    private Ast.Annotation annotation(SinterParser.AnnotationContext a) {
        return new Ast.Annotation(name(a.name()), arguments(a.arguments()), place(a));
    }

    List<Ast.Argument> arguments(@Nullable ArgumentsContext arguments) {
        return arguments == null ? List.of() : arguments.argument().stream()
                .map(a -> new Ast.Argument(a.name() == null ? null : name(a.name()), expressions.expression(a.expr())))
                .toList();
    }

    /** The label of a call: {@code a.b.0} or a text. */
    Ast.@Nullable Text label(SinterParser.CallContext call) {
        var label = call.label();
        if (label == null) {
            return null;
        }
        return label.TEXT() != null ? text(label.TEXT().getSymbol()) : new Ast.Text(label.getText(), place(label));
    }

    Ast.Name name(NameContext name) {
        return new Ast.Name(name.getText(), place(name));
    }

    private Ast.@Nullable Text optional(@Nullable Token token) {
        return token == null ? null : text(token);
    }

    Ast.Text text(Token token) {
        var raw = token.getText();
        var value = new StringBuilder();
        for (int i = 1; i < raw.length() - 1; i++) {
            char c = raw.charAt(i);
            if (c != '\\') {
                value.append(c);
            } else {
                char escaped = raw.charAt(++i);
                value.append(switch (escaped) {
                    case 'n' -> '\n';
                    case 't' -> '\t';
                    default -> escaped;
                });
            }
        }
        return new Ast.Text(value.toString(), place(token));
    }

    Place place(Token token) {
        return new Place(source, token.getLine(), token.getCharPositionInLine() + 1,
                Math.max(1, token.getText().length()));
    }

    Place place(ParserRuleContext rule) {
        var start = rule.getStart();
        var stop = rule.getStop();
        boolean oneLine = stop != null && stop.getLine() == start.getLine();
        int end = oneLine ? stop.getCharPositionInLine() + stop.getText().length()
                : start.getCharPositionInLine() + start.getText().length();
        return new Place(source, start.getLine(), start.getCharPositionInLine() + 1,
                Math.max(1, end - start.getCharPositionInLine()));
    }
}
