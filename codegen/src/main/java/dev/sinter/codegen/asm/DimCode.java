package dev.sinter.codegen.asm;

import dev.sinter.ir.Dim;
import java.util.List;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Dimensions as long arithmetic over an array of symbols' values. */
final class DimCode implements Opcodes {
    private final MethodVisitor mv;
    private final List<String> symbols;
    private final int symbolsLocal;

    DimCode(MethodVisitor mv, List<String> symbols, int symbolsLocal) {
        this.mv = mv;
        this.symbols = symbols;
        this.symbolsLocal = symbolsLocal;
    }

    /** Pushes a dimension's value; arithmetic that overflows raises an error rather than wrap. */
    void push(Dim dim) {
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
