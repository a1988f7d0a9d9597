package dev.sinter.frontend.dsl;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a text says, without its layout. */
interface Ast {
    /** A name where it stands. */
    record Name(String text, Place place) {
        @Override
        public String toString() {
            return text;
        }
    }

    /** One text. */
    record Unit(Source source, List<Text> imports, List<Primitive> primitives, List<Function> functions,
            List<Model> models) {
    }

    /** What can be called by name. */
    sealed interface Callee {
        /** {@return its name} */
        Name name();

        /** {@return its parameters} */
        List<Formal> formals();
    }

    /** A primitive: an operator of ONNX whose lowering makes the core ops; {@code operator} is its name. */
    record Primitive(Name name, List<Formal> formals, String operator) implements Callee {
    }

    /** A function; {@code results} is empty where it declares none. */
    record Function(Name name, List<Formal> formals, List<TensorPattern> results, List<Statement> body)
            implements
                Callee {
    }

    /** A parameter of a function. */
    record Formal(Name name, @Nullable Kind kind, @Nullable Expression otherwise) {
    }

    /** What a parameter of a function takes. */
    sealed interface Kind {
    }

    /** A kind by name, such as {@code int}. */
    record NamedKind(Name name) implements Kind {
    }

    /** A tensor's type; sizes of a function's parameter may be names that it binds. */
    record TensorPattern(@Nullable Name dtype, List<Axis> axes, Place place) implements Kind {
    }

    /** An axis of a type; {@code size} is null for {@code ...}. */
    record Axis(@Nullable Expression size, Place place) {
    }

    /** A model. */
    record Model(Name name, List<Statement> body) {
    }

    /** A statement. */
    sealed interface Statement {
        /** {@return where it begins} */
        Place place();
    }

    /** {@code dim name <= most >= least}. */
    record DimDeclaration(Name name, @Nullable Expression least, @Nullable Expression most, Place place)
            implements
                Statement {
    }

    /** {@code input}; {@code port} is the outer name. */
    record Input(Name name, @Nullable Text port, TensorPattern type, Place place) implements Statement {
    }

    /** {@code state}: an input that is the first part of an output. */
    record State(Name name, TensorPattern type, Name along, @Nullable Text from, @Nullable Text to, Place place)
            implements
                Statement {
    }

    /** {@code param}; {@code called} is the last part of its full name where that differs. */
    record Param(Name name, @Nullable Text called, TensorPattern type, List<Annotation> annotations,
            @Nullable Expression initial,
            Place place) implements Statement {
    }

    /** {@code weights}: a file with values of parameters. */
    record Weights(Text file, @Nullable Text prefix, boolean partial, Place place) implements Statement {
    }

    /** {@code annotate}: annotations of all parameters whose names match. */
    record Annotate(Text pattern, List<Annotation> annotations, Place place) implements Statement {
    }

    /** {@code initialize}: values of all parameters whose names match. */
    record Initialize(Text pattern, Expression value, Place place) implements Statement {
    }

    /** {@code let}, or an assignment to names there are. */
    record Let(boolean declares, List<Name> names, @Nullable TensorPattern type, Expression value, Place place)
            implements
                Statement {
    }

    /** {@code output}. */
    record Output(Text port, Expression value, Place place) implements Statement {
    }

    /** {@code repeat}; {@code named} is the path of each round's parameters. */
    record Repeat(Expression count, Name index, @Nullable Text named, List<Statement> body, Place place)
            implements
                Statement {
    }

    /** {@code if}. */
    record Choose(Expression condition, List<Statement> yes, List<Statement> no, Place place) implements Statement {
    }

    /** {@code require}: an error unless the condition holds. */
    record Require(Expression condition, Text message, Place place) implements Statement {
    }

    /** {@code return}. */
    record Return(List<Expression> values, Place place) implements Statement {
    }

    /** {@code @name(arguments)}. */
    record Annotation(Name name, List<Argument> arguments, Place place) {
    }

    /** An argument, with its name where it is given by name. */
    record Argument(@Nullable Name name, Expression value) {
    }

    /** An expression. */
    sealed interface Expression {
        /** {@return where it is} */
        Place place();
    }

    /** {@code 12}. */
    record Int(long value, Place place) implements Expression {
    }

    /** {@code 1e-5}. */
    record Real(double value, Place place) implements Expression {
    }

    /** {@code 4x1}. */
    record Block(long rows, long columns, Place place) implements Expression {
    }

    /** {@code "layer.{i}"}. */
    record Text(String value, Place place) implements Expression {
    }

    /** {@code true}. */
    record Truth(boolean value, Place place) implements Expression {
    }

    /** {@code none}. */
    record None(Place place) implements Expression {
    }

    /** A name's value. */
    record Reference(Name name) implements Expression {
        @Override
        public Place place() {
            return name.place();
        }
    }

    /** {@code name(arguments) as label}. */
    record Call(Name name, List<Argument> arguments, @Nullable Text label, Place place) implements Expression {
    }

    /** {@code [a, b]}. */
    record Listing(List<Expression> elements, Place place) implements Expression {
    }

    /** {@code - a} or {@code not a}. */
    record Prefix(String operator, Expression operand, Place place) implements Expression {
    }

    /** {@code a + b}; the place is the operator's. */
    record Binary(String operator, Expression left, Expression right, Place place) implements Expression {
    }

    /** {@code if a then b else c}. */
    record Either(Expression condition, Expression yes, Expression no, Place place) implements Expression {
    }

    /** {@code a[...]}. */
    record Selection(Expression of, List<Index> indices, Place place) implements Expression {
    }

    /** {@code a.shape}. */
    record Member(Expression of, Name name, Place place) implements Expression {
    }

    /** One index of a selection. */
    sealed interface Index {
        /** {@return where it is} */
        Place place();
    }

    /** {@code ...}: the axes in the middle. */
    record Rest(Place place) implements Index {
    }

    /** {@code new}: an axis of size 1. */
    record NewAxis(Place place) implements Index {
    }

    /** {@code from : to : by}. */
    record Range(@Nullable Expression from, @Nullable Expression to, @Nullable Expression by, Place place)
            implements
                Index {
    }

    /** One element along an axis, which is dropped. */
    record At(Expression position, Place place) implements Index {
    }
}
