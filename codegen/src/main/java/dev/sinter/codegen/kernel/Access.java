package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Buffer;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Kernel.Param;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Arg;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.codegen.plan.Place;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Collects a kernel's buffers and parameters together with what its calls pass for them, so that the two lists can't
 * disagree.
 */
final class Access {
    private final List<Buffer> buffers = new ArrayList<>();
    private final List<Place> arrays = new ArrayList<>();
    private final List<Param> params = new ArrayList<>();
    private final List<Arg> args = new ArrayList<>();
    private final List<Object> fixed = new ArrayList<>();

    /**
     * What a template's programs can depend on, as far as it was declared here. Calls that differ in places and weights
     * only have equal ones.
     */
    record Shape(List<Buffer> buffers, List<Param> params, List<Object> fixed) {
        /** Copies the lists. */
        Shape {
            buffers = List.copyOf(buffers);
            params = List.copyOf(params);
            fixed = List.copyOf(fixed);
        }
    }

    Shape shape() {
        return new Shape(buffers, params, fixed);
    }

    List<Buffer> buffers() {
        return buffers;
    }

    List<Place> arrays() {
        return arrays;
    }

    List<Arg> args() {
        return args;
    }

    /** Parameters, followed by the parallel axis' range if there is one. */
    List<Param> params(boolean parallel) {
        var all = new ArrayList<>(params);
        if (parallel) {
            all.add(new Param("lo", Elem.I32));
            all.add(new Param("hi", Elem.I32));
        }
        return all;
    }

    /**
     * Declares an operand: a buffer {@code name} and a parameter {@code name0}, the position of its first element
     * ({@code x1_0} for x1, as x10 is another's).
     */
    Memory memory(String name, Operand operand) {
        var place = operand.place();
        var buffer = new Buffer(name, operand.isWeight() ? Buffer.Space.WEIGHT : Buffer.Space.HEAP, operand.storage());
        buffers.add(buffer);
        fixed.add(operand.dtype());
        var base = name + (Character.isDigit(name.charAt(name.length() - 1)) ? "_0" : "0");
        params.add(new Param(base, operand.isWeight() ? Elem.I64 : Elem.I32));
        if (place instanceof Place.Weight(long at)) {
            args.add(new Arg.Weight(at / operand.storage().bytes(), operand.offset()));
        } else {
            arrays.add(place);
            args.add(new Arg.Offset(place, operand.offset()));
        }
        return new Memory(buffer, Term.ref(base), operand.dtype());
    }

    /**
     * Declares constants whose place in the weights is part of the kernel: for kernels that only one node calls. HotSpot
     * then knows which elements lie within the segment, and keeps no address in a register.
     */
    Memory fixed(String name, Operand operand) {
        if (!(operand.place() instanceof Place.Weight(long at)) || !operand.offset().equals(Dim.ZERO)) {
            return memory(name, operand);
        }
        var buffer = new Buffer(name, Buffer.Space.WEIGHT, operand.storage());
        buffers.add(buffer);
        return new Memory(buffer, Term.i64(at / operand.storage().bytes()), operand.dtype());
    }

    /** Declares a size or stride: a literal if it is constant, else a parameter. */
    Term size(String name, Dim value) {
        if (value.isConst()) {
            fixed.add(value);
            return Term.i32(value.value());
        }
        params.add(new Param(name, Elem.I32));
        args.add(new Arg.Int(value));
        return Term.ref(name);
    }

    /** Declares a size or stride as a parameter also where it is constant, for kernels that several nodes share. */
    Term parameter(String name, Dim value) {
        params.add(new Param(name, Elem.I32));
        args.add(new Arg.Int(value));
        return Term.ref(name);
    }

    /**
     * Declares a stride as {@link #parameter} does, but 0 and 1, which decide how elements are reached, as literals.
     */
    Term stride(String name, Dim value) {
        return value.equals(Dim.ZERO) || value.equals(Dim.ONE) ? size(name, value) : parameter(name, value);
    }

    /** Declares a constant of the computation as a parameter. */
    Term real(String name, float value) {
        params.add(new Param(name, Elem.F32));
        args.add(new Arg.Real(value));
        return Term.ref(name);
    }

    /**
     * A kernel that another one of the same operands calls: its parameters are what is declared here, then its own i32
     * ones.
     */
    Kernel part(String name, List<String> own, List<Stmt> body) {
        var all = params(false);
        own.forEach(extra -> all.add(new Param(extra, Elem.I32)));
        return new Kernel(name, buffers, all, body);
    }

    /** Calls such a part: hands on what is declared here, and then its own arguments. */
    Stmt.Call call(Kernel kernel, List<Term> own) {
        return call(kernel, "", Map.of(), own);
    }

    /**
     * Declares all that another access has, its names behind a prefix: for a kernel that calls parts of both.
     */
    void include(String prefix, Access other) {
        other.buffers.forEach(b -> buffers.add(new Buffer(prefix + b.name(), b.space(), b.storage())));
        other.params.forEach(p -> params.add(new Param(prefix + p.name(), p.elem())));
        arrays.addAll(other.arrays);
        args.addAll(other.args);
        fixed.addAll(other.fixed);
    }

    /**
     * Calls such a part from where all this was included, or where some parameters have other values.
     *
     * @param prefix
     *            of the names there
     * @param other
     *            values of some parameters, by their names here
     */
    Stmt.Call call(Kernel kernel, String prefix, Map<String, Term> other, List<Term> own) {
        var all = new ArrayList<Term>();
        params.forEach(p -> all.add(other.getOrDefault(p.name(), Term.ref(prefix + p.name()))));
        all.addAll(own);
        return new Stmt.Call(kernel, buffers.stream().filter(b -> !b.isWeight()).map(b -> prefix + b.name()).toList(),
                all);
    }

    /** A declared operand. */
    record Memory(Buffer buffer, Term base, DType dtype) {
        /** Position of an element, given the i32 distance from the first; i64 within the weights. */
        Term at(Term distance) {
            return base.plus(buffer.isWeight() ? wide(distance) : distance);
        }

        /** Products and sums are widened part by part, so that large weights can't overflow an int. */
        private static Term wide(Term term) {
            if (term instanceof Term.Apply(var prim, var args)
                    && (prim == Prim.ADD || prim == Prim.MUL)) {
                var a = wide(args.get(0));
                var b = wide(args.get(1));
                return prim == Prim.ADD ? a.plus(b) : a.times(b);
            }
            return term.wide();
        }

        Term load(Term distance, int lanes) {
            return load(distance, lanes, null);
        }

        Term load(Term distance, int lanes, @Nullable Term mask) {
            return load(distance, ExprCode.elem(dtype), lanes, mask);
        }

        /**
         * Lanes of which those beyond the mask are never looked at. From the weights they are loaded whole, which spares
         * the method the cost of a mask; behind the weights there is room for one more vector.
         */
        Term loadLanes(Term distance, int lanes, @Nullable Term mask) {
            return load(distance, lanes, needed(mask));
        }

        /** The mask that a load needs if lanes beyond it are never looked at: none from the weights. */
        @Nullable
        Term needed(@Nullable Term mask) {
            return buffer.isWeight() ? null : mask;
        }

        Term load(Term distance, Elem elem, int lanes, @Nullable Term mask) {
            return new Term.Load(buffer.name(), at(distance), new VType(elem, lanes), mask);
        }
    }
}
