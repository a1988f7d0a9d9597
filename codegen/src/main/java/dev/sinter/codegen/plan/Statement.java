package dev.sinter.codegen.plan;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Node;
import dev.sinter.ir.TensorType;
import java.util.List;
import java.util.Set;

/** One thing a script does. Registers and symbols are the model's; every statement is run by emitted code. */
public sealed interface Statement {
    /**
     * Runs a block.
     *
     * @param number
     *            its place among the model's blocks
     */
    record RunBlock(int number) implements Statement {
    }

    /**
     * Calls a library routine.
     *
     * @param number
     *            its place among the script's calls
     * @param method
     *            name of the node's method
     * @param node
     *            the node
     */
    record CallLibrary(int number, String method, Node node) implements Statement {
    }

    /**
     * Binds symbols to the elements of an integer tensor.
     *
     * @param register
     *            where it is
     * @param symbols
     *            a symbol for each element
     * @param where
     *            the node, for messages
     */
    record Define(int register, List<String> symbols, String where) implements Statement {
        /** Copies the list. */
        public Define {
            symbols = List.copyOf(symbols);
        }
    }

    /**
     * Checks a tensor's type and binds symbols to its dimensions.
     *
     * @param register
     *            where it is
     * @param type
     *            what it must be
     * @param binds
     *            symbols that get their value here; dimensions of symbols that are known already are compared
     * @param known
     *            symbols that have a value here, those of {@code binds} included
     * @param where
     *            the node and result, for messages
     */
    record Match(int register, TensorType type, Set<String> binds, Set<String> known, String where)
            implements
                Statement {
        /** Copies the sets. */
        public Match {
            binds = Set.copyOf(binds);
            known = Set.copyOf(known);
        }
    }

    /**
     * Checks that two sizes agree.
     *
     * @param left
     *            one
     * @param right
     *            the other
     * @param reason
     *            which node needs it
     */
    record Require(Dim left, Dim right, String reason) implements Statement {
    }

    /**
     * Copies references from registers to registers, all at once.
     *
     * @param from
     *            read
     * @param to
     *            written, as many
     */
    record Move(List<Integer> from, List<Integer> to) implements Statement {
        /** Copies the lists. */
        public Move {
            from = List.copyOf(from);
            to = List.copyOf(to);
        }
    }

    /**
     * A body of statements that becomes a method.
     *
     * @param method
     *            its name
     * @param statements
     *            in order
     */
    record Body(String method, List<Statement> statements) {
        /** Copies the list. */
        public Body {
            statements = List.copyOf(statements);
        }
    }

    /**
     * Runs one of two bodies, which leave the results in the same registers.
     *
     * @param condition
     *            register of a bool of one element
     * @param yes
     *            body where it is true
     * @param no
     *            body where it is false
     * @param method
     *            name of the node's method
     * @param node
     *            the node
     * @param where
     *            the node, for messages
     */
    record Branch(int condition, Body yes, Body no, String method, Node node, String where) implements Statement {
    }

    /**
     * Runs a body again and again.
     *
     * @param limit
     *            register of the largest number of rounds
     * @param condition
     *            register of whether to begin
     * @param first
     *            registers of the carried values before the first round
     * @param round
     *            register that gets the round's number
     * @param current
     *            register that gets the condition
     * @param carried
     *            registers of the carried values in each round, and behind the last
     * @param body
     *            one round
     * @param goOn
     *            register of whether to go on, written by the body
     * @param next
     *            registers of the carried values behind a round
     * @param collected
     *            slices to stack
     * @param method
     *            name of the node's method
     * @param node
     *            the node
     * @param where
     *            the node, for messages
     */
    record Repeat(int limit, int condition, List<Integer> first, int round, int current, List<Integer> carried,
            Body body, int goOn, List<Integer> next, List<Collected> collected, String method, Node node, String where)
            implements
                Statement {
        /** Copies the lists. */
        public Repeat {
            first = List.copyOf(first);
            carried = List.copyOf(carried);
            next = List.copyOf(next);
            collected = List.copyOf(collected);
        }
    }

    /**
     * A result of a loop that has a slice of each round.
     *
     * @param slice
     *            register the body leaves it in
     * @param result
     *            register of the whole
     * @param dtype
     *            its element type
     * @param dims
     *            dimensions of a slice if there is no round
     */
    record Collected(int slice, int result, DType dtype, List<Dim> dims) {
        /** Copies the list. */
        public Collected {
            dims = List.copyOf(dims);
        }
    }
}
