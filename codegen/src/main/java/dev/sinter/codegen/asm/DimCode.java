package dev.sinter.codegen.asm;

import dev.sinter.ir.Dim;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Dimensions as long arithmetic over an array of symbols' values; what is needed twice in a method is kept in a local.
 */
final class DimCode implements Opcodes {
    private final MethodVisitor mv;
    private final List<String> symbols;
    private final int symbolsLocal;
    private final Map<Dim, Integer> uses = new HashMap<>();
    private final Map<Dim, Integer> locals = new HashMap<>();
    private int nextLocal;

    /** Keeps nothing in locals. */
    DimCode(MethodVisitor mv, List<String> symbols, int symbolsLocal) {
        this.mv = mv;
        this.symbols = symbols;
        this.symbolsLocal = symbolsLocal;
    }

    /**
     * Keeps what several of the dimensions need in locals.
     *
     * @param all
     *            all that will be pushed, in a straight line
     * @param firstLocal
     *            first free local
     */
    DimCode(MethodVisitor mv, List<String> symbols, int symbolsLocal, List<Dim> all, int firstLocal) {
        this(mv, symbols, symbolsLocal);
        this.nextLocal = firstLocal;
        all.forEach(d -> count(d, uses));
    }

    /** Counts by how many different dimensions each part is used; {@return number of parts that are new}. */
    private static int count(Dim dim, Map<Dim, Integer> uses) {
        if (operands(dim).isEmpty()) {
            return 1;
        }
        return uses.merge(dim, 1, Integer::sum) > 1 ? 1
                : 1 + operands(dim).stream().mapToInt(d -> count(d, uses)).sum();
    }

    private static List<Dim> operands(Dim dim) {
        return switch (dim) {
            case Dim.Const c -> List.of();
            case Dim.Sym s -> List.of();
            case Dim.Add(var a, var b) -> List.of(a, b);
            case Dim.Mul(var a, var b) -> List.of(a, b);
            case Dim.FloorDiv(var a, var b) -> List.of(a, b);
            case Dim.Min(var a, var b) -> List.of(a, b);
            case Dim.Max(var a, var b) -> List.of(a, b);
        };
    }

    /**
     * Divides a list so that the code of each part fits a method.
     *
     * @param all
     *            dimensions
     * @param most
     *            operations in a part
     * @return the index behind each part
     */
    static List<Integer> parts(List<Dim> all, int most) {
        var ends = new ArrayList<Integer>();
        var seen = new HashMap<Dim, Integer>();
        int size = 0;
        for (int i = 0; i < all.size(); i++) {
            int more = count(all.get(i), seen);
            if (size > 0 && size + more > most) {
                ends.add(i);
                seen.clear();
                size = 0;
                more = count(all.get(i), seen);
            }
            size += more;
        }
        if (size > 0) {
            ends.add(all.size());
        }
        return ends;
    }

    /** Pushes a dimension's value; arithmetic that overflows raises an error rather than wrap. */
    void push(Dim dim) {
        var local = locals.get(dim);
        if (local != null) {
            mv.visitVarInsn(LLOAD, local);
            return;
        }
        compute(dim);
        if (uses.getOrDefault(dim, 0) > 1) {
            locals.put(dim, nextLocal);
            mv.visitInsn(DUP2);
            mv.visitVarInsn(LSTORE, nextLocal);
            nextLocal += 2;
        }
    }

    private void compute(Dim dim) {
        switch (dim) {
            case Dim.Const(var value) -> mv.visitLdcInsn(value);
            case Dim.Sym(var name) -> {
                int index = symbols.indexOf(name);
                if (index < 0) {
                    throw new IllegalStateException("symbol " + name + " is bound by no input");
                }
                mv.visitVarInsn(ALOAD, symbolsLocal);
                Instructions.pushInt(mv, index);
                mv.visitInsn(LALOAD);
            }
            case Dim.Add(var a, var b) -> call(a, b, "addExact");
            case Dim.Mul(var a, var b) -> call(a, b, "multiplyExact");
            case Dim.FloorDiv(var a, var b) -> call(a, b, "floorDiv");
            case Dim.Min(var a, var b) -> call(a, b, "min");
            case Dim.Max(var a, var b) -> call(a, b, "max");
        }
    }

    private void call(Dim a, Dim b, String name) {
        push(a);
        push(b);
        mv.visitMethodInsn(INVOKESTATIC, "java/lang/Math", name, "(JJ)J", false);
    }
}
