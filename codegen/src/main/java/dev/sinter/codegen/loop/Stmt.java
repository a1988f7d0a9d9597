package dev.sinter.codegen.loop;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement of a loop program. */
public sealed interface Stmt {
    /**
     * A range of an unrolling variable, {@code t < 4}.
     *
     * @param name
     *            of the variable
     * @param end
     *            one past its last value
     */
    record Range(String name, int end) {
    }

    /**
     * A value under a name, or a family of them: {@code let x[u] = … for u<2}.
     *
     * @param name
     *            the name
     * @param over
     *            ranges of a family's subscripts; empty for a single value
     * @param value
     *            what it is; refers to the subscripts by their names
     */
    record Let(String name, List<Range> over, Term value) implements Stmt {
    }

    /**
     * Elements into a buffer, converted to its storage.
     *
     * @param buffer
     *            its name
     * @param index
     *            of the first element
     * @param value
     *            what is stored
     * @param mask
     *            lanes to store; null for all
     */
    record Store(String buffer, Term index, Term value, @Nullable Term mask) implements Stmt {
    }

    /**
     * Elements from one place to another, all at once: f32, in the scalar form only, where it needs no compiled code.
     *
     * @param buffer
     *            name of the heap buffer they go to
     * @param index
     *            of the first there
     * @param from
     *            name of the buffer they come from, heap or weights
     * @param first
     *            index there
     * @param count
     *            how many
     */
    record Copy(String buffer, Term index, String from, Term first, Term count) implements Stmt {
    }

    /**
     * A value carried round a loop, or a family of them.
     *
     * @param name
     *            its name inside and, after the loop, outside
     * @param over
     *            ranges of a family's subscripts
     * @param init
     *            before the first round
     * @param next
     *            after each round; sees the body's names
     */
    record Carry(String name, List<Range> over, Term init, Term next) {
    }

    /**
     * A loop. What its body names is seen in the body only; carried values are seen behind it, too. A loop over whole
     * vectors, sixteen elements a round, must have no part of a vector left over, or mask its loads and stores so that
     * they end where the loop does: other forms of the kernel take fewer elements a round.
     *
     * @param parallel
     *            whether rounds may run in any order and on any thread
     * @param var
     *            i32 counter
     * @param from
     *            first value
     * @param to
     *            end, exclusive
     * @param step
     *            positive constant
     * @param carries
     *            values carried round
     * @param body
     *            statements
     */
    record Loop(boolean parallel, String var, Term from, Term to, int step, List<Carry> carries,
            List<Stmt> body) implements Stmt {
    }

    /**
     * A body repeated for each combination of constants.
     *
     * @param over
     *            ranges, the first outermost
     * @param body
     *            statements
     */
    record Unroll(List<Range> over, List<Stmt> body) implements Stmt {
    }

    /**
     * Statements under a scalar condition.
     *
     * @param condition
     *            truth value
     * @param body
     *            statements
     */
    record If(Term condition, List<Stmt> body) implements Stmt {
    }

    /**
     * A value of one of two branches; only the one chosen is done. What a branch names is seen in it only.
     *
     * @param name
     *            of the value
     * @param condition
     *            scalar truth value
     * @param yes
     *            done where it holds
     * @param yesValue
     *            the value then; sees the names of {@code yes}
     * @param no
     *            done otherwise
     * @param noValue
     *            the value then, of the same type; sees the names of {@code no}
     */
    record Either(String name, Term condition, List<Stmt> yes, Term yesValue, List<Stmt> no,
            Term noValue) implements Stmt {
    }

    /**
     * A call of another kernel of the same form; arguments are heap buffers by name and scalars, no vectors.
     *
     * @param kernel
     *            what is called
     * @param buffers
     *            the caller's heap buffers for the callee's, in order
     * @param args
     *            scalars for the callee's parameters, in order
     */
    record Call(Kernel kernel, List<String> buffers, List<Term> args) implements Stmt {
    }

    /**
     * Raises an error unless a condition holds; for indices that come from data.
     *
     * @param condition
     *            what must hold
     * @param message
     *            what is wrong otherwise
     * @param detail
     *            an i64 put after the message
     */
    record Check(Term condition, String message, Term detail) implements Stmt {
    }
}
