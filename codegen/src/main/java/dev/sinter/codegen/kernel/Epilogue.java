package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a matrix product does with each element before it is stored: an expression over the product and operands that
 * are scalars, one per column, one per row, or one per element.
 *
 * @param expr
 *            {@code $0} is the product
 * @param operands
 *            {@code $1}, … as {@code [M,N]} with strides, columns contiguous or repeated
 */
public record Epilogue(Expr expr, List<Operand> operands) {
    /** Copies the list. */
    public Epilogue {
        operands = List.copyOf(operands);
    }

    /** {@return whether the product is stored as it is} */
    boolean isPlain() {
        return expr instanceof Expr.Arg(var i, var t) && i == 0;
    }

    /**
     * Whether a kernel can take these operands.
     *
     * @param expr
     *            the expression
     * @param operands
     *            {@code [M,N]} each
     * @return whether all are vectorizable and their columns contiguous or repeated
     */
    public static boolean fits(Expr expr, List<Operand> operands) {
        return ExprCode.isVectorizable(expr) && operands.stream().allMatch(o -> {
            var stride = o.strides().getLast();
            return (stride.equals(Dim.ZERO) || stride.equals(Dim.ONE)) && o.storage().bytes() == 4;
        });
    }

    /** {@return whether what happens is the same in every row} */
    public boolean sameInEveryRow() {
        return operands.stream().allMatch(o -> o.strides().getFirst().equals(Dim.ZERO));
    }

    /** Declares the operands; distances of their rows that are known are part of the kernel. */
    Declared declare(Access access) {
        return declare(access, access::size);
    }

    /** Declares the operands, for a kernel that several nodes share: distances of rows are parameters. */
    Declared declareShared(Access access) {
        return declare(access, access::stride);
    }

    private Declared declare(Access access, BiFunction<String, Dim, Term> stride) {
        var memories = new ArrayList<Access.Memory>();
        var rowStrides = new ArrayList<Term>();
        for (int i = 0; i < operands.size(); i++) {
            memories.add(access.memory("e" + (i + 1), operands.get(i)));
            rowStrides.add(stride.apply("es" + (i + 1), operands.get(i).strides().getFirst()));
        }
        var lifted = Lifted.of(expr, operands.size() + 1);
        var constants = new ArrayList<Term>();
        for (int i = 0; i < lifted.constants().size(); i++) {
            constants.add(access.real("ec" + (i + 1), lifted.constants().get(i)));
        }
        return new Declared(this, memories, rowStrides, lifted.expr(), constants);
    }

    /** Epilogue operands within a kernel; the expression's constants are parameters, which follow them. */
    record Declared(Epilogue epilogue, List<Access.Memory> memories, List<Term> rowStrides, Expr expr,
            List<Term> constants) {
        /** Whether operand i is the same in every row. */
        private boolean perColumn(int i) {
            return epilogue.operands.get(i).strides().getFirst().equals(Dim.ZERO);
        }

        private boolean repeatsAlongColumns(int i) {
            return epilogue.operands.get(i).strides().getLast().equals(Dim.ZERO);
        }

        /** Whether operand i is a constant for each column, which the scalar form brings to work memory before. */
        boolean isNear(int i) {
            var operand = epilogue.operands.get(i);
            return operand.isWeight() && operand.dtype() == DType.F32 && perColumn(i)
                    && operand.strides().getLast().equals(Dim.ONE);
        }

        /** The same with other memory for its operands. */
        Declared in(List<Access.Memory> others) {
            return new Declared(epilogue, others, rowStrides, expr, constants);
        }

        /** Constants, and operands that depend on the column only (or on nothing), loaded once for a whole tile. */
        void hoist(Body body, List<Stmt.Range> over, Term column, @Nullable Term mask) {
            for (int i = 0; i < memories.size(); i++) {
                if (perColumn(i)) {
                    body.letAll("h" + i, over, load(i, Term.i32(0), column, mask));
                }
            }
            for (int i = 0; i < constants.size(); i++) {
                body.let("hc" + i, constants.get(i).splat());
            }
        }

        private Term load(int i, Term row, Term column, @Nullable Term mask) {
            var base = rowStrides.get(i).times(row);
            return repeatsAlongColumns(i)
                    ? memories.get(i).load(base, 1).splat()
                    : memories.get(i).loadLanes(base.plus(column), VType.LANES, mask);
        }

        /**
         * The value stored for a vector of the product; {@code hoisted} names column operands by subscript u, and says
         * that {@link #hoist} was called.
         */
        Term apply(Body body, Term product, Term row, Term column, @Nullable Term mask, @Nullable Term hoisted,
                String prefix) {
            var args = new ArrayList<Term>(List.of(product));
            for (int i = 0; i < memories.size(); i++) {
                args.add(hoisted != null && perColumn(i)
                        ? Term.ref("h" + i, hoisted)
                        : body.let(prefix + "o" + i, load(i, row, column, mask)));
            }
            for (int i = 0; i < constants.size(); i++) {
                args.add(hoisted != null ? Term.ref("hc" + i) : body.let(prefix + "c" + i, constants.get(i).splat()));
            }
            return new ExprCode(body, VType.LANES, args, prefix, memories.size() + 1).lower(expr);
        }

        /**
         * The value stored for a vector of rows' products of one column, where what happens is {@linkplain #sameInEveryRow
         * the same in every row}.
         */
        Term applyToRows(Body body, Term product, Term column, String prefix) {
            var args = new ArrayList<Term>(List.of(product));
            for (int i = 0; i < memories.size(); i++) {
                var at = repeatsAlongColumns(i) ? Term.i32(0) : column;
                args.add(body.let(prefix + "o" + i, memories.get(i).load(at, 1).splat()));
            }
            for (int i = 0; i < constants.size(); i++) {
                args.add(body.let(prefix + "c" + i, constants.get(i).splat()));
            }
            return new ExprCode(body, VType.LANES, args, prefix, memories.size() + 1).lower(expr);
        }
    }
}
