package dev.sinter.codegen.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Collects the statements of a block; kernels are written with it. */
public final class Body {
    private final List<Stmt> stmts = new ArrayList<>();

    /** An empty block. */
    public Body() {
    }

    /** {@return the statements so far} */
    public List<Stmt> stmts() {
        return List.copyOf(stmts);
    }

    /**
     * Adds a statement.
     *
     * @param stmt
     *            the statement
     */
    public void add(Stmt stmt) {
        stmts.add(stmt);
    }

    /**
     * Names a value.
     *
     * @param name
     *            a name not yet used in the kernel
     * @param value
     *            the value
     * @return a reference to it
     */
    public Term let(String name, Term value) {
        stmts.add(new Stmt.Let(name, List.of(), value));
        return Term.ref(name);
    }

    /**
     * Names a family of values.
     *
     * @param name
     *            a name not yet used
     * @param over
     *            ranges of its subscripts
     * @param value
     *            the value, in terms of the subscripts
     */
    public void letAll(String name, List<Stmt.Range> over, Term value) {
        stmts.add(new Stmt.Let(name, over, value));
    }

    /**
     * Stores.
     *
     * @param buffer
     *            name of the buffer
     * @param index
     *            first element
     * @param value
     *            what is stored
     */
    public void store(String buffer, Term index, Term value) {
        stmts.add(new Stmt.Store(buffer, index, value, null));
    }

    /**
     * Stores under a mask.
     *
     * @param buffer
     *            name of the buffer
     * @param index
     *            first element
     * @param value
     *            what is stored
     * @param mask
     *            lanes to store, null for all
     */
    public void store(String buffer, Term index, Term value, @Nullable Term mask) {
        stmts.add(new Stmt.Store(buffer, index, value, mask));
    }

    /**
     * Copies elements, in the scalar form.
     *
     * @param buffer
     *            name of the buffer they go to
     * @param index
     *            of the first there
     * @param from
     *            name of the buffer they come from
     * @param first
     *            index there
     * @param count
     *            how many
     */
    public void copy(String buffer, Term index, String from, Term first, Term count) {
        stmts.add(new Stmt.Copy(buffer, index, from, first, count));
    }

    /**
     * A loop without carried values.
     *
     * @param var
     *            counter
     * @param from
     *            first value
     * @param to
     *            end
     * @param step
     *            step
     * @param body
     *            fills the body
     */
    public void loop(String var, Term from, Term to, int step, Consumer<Body> body) {
        stmts.add(new Stmt.Loop(false, var, from, to, step, List.of(), block(body)));
    }

    /**
     * The loop over the parallel axis, from parameter {@code lo} to {@code hi}.
     *
     * @param var
     *            counter
     * @param body
     *            fills the body
     */
    public void par(String var, Consumer<Body> body) {
        stmts.add(new Stmt.Loop(true, var, Term.ref("lo"), Term.ref("hi"), 1, List.of(), block(body)));
    }

    /**
     * A loop with carried values.
     *
     * @param var
     *            counter
     * @param from
     *            first value
     * @param to
     *            end
     * @param step
     *            step
     * @param carries
     *            carried values
     * @param body
     *            fills the body
     */
    public void fold(String var, Term from, Term to, int step, List<Stmt.Carry> carries, Consumer<Body> body) {
        stmts.add(new Stmt.Loop(false, var, from, to, step, carries, block(body)));
    }

    /**
     * A body for each combination of constants.
     *
     * @param over
     *            ranges
     * @param body
     *            fills the body
     */
    public void unroll(List<Stmt.Range> over, Consumer<Body> body) {
        stmts.add(new Stmt.Unroll(over, block(body)));
    }

    /**
     * Statements under a condition.
     *
     * @param condition
     *            scalar truth value
     * @param body
     *            fills the body
     */
    public void when(Term condition, Consumer<Body> body) {
        stmts.add(new Stmt.If(condition, block(body)));
    }

    /**
     * A value of one of two branches.
     *
     * @param name
     *            a name not yet used in the kernel
     * @param condition
     *            scalar truth value
     * @param yes
     *            fills the first branch and says its value
     * @param no
     *            fills the second branch and says its value
     * @return a reference to the value
     */
    public Term either(String name, Term condition, Function<Body, Term> yes, Function<Body, Term> no) {
        var first = new Body();
        var firstValue = yes.apply(first);
        var second = new Body();
        var secondValue = no.apply(second);
        stmts.add(new Stmt.Either(name, condition, first.stmts(), firstValue, second.stmts(), secondValue));
        return Term.ref(name);
    }

    /**
     * Makes a block.
     *
     * @param fill
     *            fills it
     * @return its statements
     */
    public static List<Stmt> block(Consumer<Body> fill) {
        var body = new Body();
        fill.accept(body);
        return body.stmts();
    }
}
