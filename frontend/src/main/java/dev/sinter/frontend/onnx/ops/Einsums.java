package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.Reduce;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * Einsum (12, 28): sums of products, said by letters. Operands are joined from the left, two at a time; two that share
 * a letter nobody needs any more become a matrix product, others an elementwise one.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Einsum.html">Einsum</a>
 */
final class Einsums {
    static final List<OnnxOp> OPS = List.of(onnx("Einsum", 12, Einsums::einsum));

    private final NodeContext node;

    private Einsums(NodeContext node) {
        this.node = node;
    }

    /** A tensor with a letter for each axis; the ellipsis' axes have negative ones, -1 the last. */
    private record Term(Value value, List<Integer> letters) {
        Dim dim(int letter) {
            int axis = letters.indexOf(letter);
            return axis < 0 ? Dim.ONE : value.shape().dim(axis);
        }
    }

    private static List<Operand> einsum(NodeContext node) {
        return new Einsums(node).run(node.attributes().text("equation", "").replace(" ", ""));
    }

    private List<Operand> run(String equation) {
        int arrow = equation.indexOf("->");
        var inputs = (arrow < 0 ? equation : equation.substring(0, arrow)).split(",", -1);
        if (inputs.length != node.inputCount()) {
            throw node.error("as many terms as inputs were expected, '" + equation + "' has " + inputs.length);
        }
        var type = node.type(0).dtype();
        var terms = new ArrayList<Term>();
        for (int i = 0; i < inputs.length; i++) {
            var wide = node.cast(node.value(i), NodeContext.wide(type));
            terms.add(distinct(new Term(wide, letters(inputs[i], wide.shape().rank(), equation))));
        }
        int dots = terms.stream().flatMap(t -> t.letters().stream()).mapToInt(c -> Math.max(0, -c)).max().orElse(0);
        var output = arrow < 0 ? implicit(inputs, dots)
                : letters(equation.substring(arrow + 2), dots, equation, dots);
        var result = terms.getFirst();
        for (int i = 1; i < terms.size(); i++) {
            var needed = new HashSet<>(output);
            terms.subList(i + 1, terms.size()).forEach(t -> needed.addAll(t.letters()));
            result = join(result, terms.get(i), needed);
        }
        result = arranged(summed(result, new HashSet<>(output)), output);
        return node.results(node.cast(result.value(), type));
    }

    /** The letters of a term of known rank. */
    private List<Integer> letters(String term, int rank, String equation) {
        int named = (int) term.chars().filter(Character::isLetter).count();
        var all = letters(term, rank - named, equation, rank - named);
        if (all.size() != rank) {
            throw node.error("a letter for each of " + rank + " axes was expected in term '" + term + "' of '"
                    + equation + "'");
        }
        return all;
    }

    private List<Integer> letters(String term, int dots, String equation, int ellipsis) {
        var all = new ArrayList<Integer>();
        for (int i = 0; i < term.length(); i++) {
            char c = term.charAt(i);
            if (Character.isLetter(c)) {
                all.add((int) c);
            } else if (term.startsWith("...", i)) {
                for (int k = ellipsis; k > 0; k--) {
                    all.add(-k);
                }
                i += 2;
            } else {
                throw node.error("letters and '...' were expected, not '" + equation + "'");
            }
        }
        return all;
    }

    /** The ellipsis first, then the letters that occur once, in their order. */
    private static List<Integer> implicit(String[] inputs, int dots) {
        var all = new ArrayList<Integer>();
        for (int k = dots; k > 0; k--) {
            all.add(-k);
        }
        var counts = new TreeMap<Integer, Integer>();
        for (var input : inputs) {
            input.chars().filter(Character::isLetter).forEach(c -> counts.merge(c, 1, Integer::sum));
        }
        counts.forEach((letter, count) -> {
            if (count == 1) {
                all.add(letter);
            }
        });
        return all;
    }

    /** The diagonal where a letter is repeated. */
    private Term distinct(Term term) {
        var letters = term.letters().stream().distinct().toList();
        if (letters.size() == term.letters().size()) {
            return term;
        }
        var shape = term.value().shape();
        for (int i = 0; i < shape.rank(); i++) {
            node.symbols().requireEqual(term.dim(term.letters().get(i)), shape.dim(i), "diagonal of " + term.value());
        }
        var at = term.letters().stream().map(c -> Formula.axis(letters.indexOf(c))).toList();
        var expr = new Formula().operand(0, term.value().dtype()).at(at);
        return new Term(node.compute(new Shape(letters.stream().map(term::dim).toList()), expr, term.value()), letters);
    }

    /** Axes nobody needs are summed up. */
    private Term summed(Term term, Set<Integer> needed) {
        var gone = new ArrayList<Integer>();
        var kept = new ArrayList<Integer>();
        for (int i = 0; i < term.letters().size(); i++) {
            if (needed.contains(term.letters().get(i))) {
                kept.add(term.letters().get(i));
            } else {
                gone.add(i);
            }
        }
        return gone.isEmpty() ? term
                : new Term(node.apply(new Reduce(Reduce.Monoid.SUM, gone, false), term.value()), kept);
    }

    /** Axes in a wanted order; those the term lacks have size 1. */
    private Term arranged(Term term, List<Integer> order) {
        var own = order.stream().filter(term.letters()::contains).toList();
        var perm = own.stream().map(term.letters()::indexOf).toList();
        var value = term.value();
        if (!own.equals(term.letters())) {
            value = node.permute(value, perm);
        }
        return new Term(node.reshape(value, new Shape(order.stream().map(term::dim).toList())), order);
    }

    /** Two terms as one, without the letters nobody needs. */
    private Term join(Term left, Term right, Set<Integer> needed) {
        var a = summed(left, union(needed, right.letters()));
        var b = summed(right, union(needed, left.letters()));
        var batch = new ArrayList<Integer>();
        var inner = new ArrayList<Integer>();
        for (int letter : a.letters()) {
            if (b.letters().contains(letter)) {
                (needed.contains(letter) ? batch : inner).add(letter);
            }
        }
        return inner.isEmpty() ? product(a, b) : matrixProduct(a, b, batch, inner);
    }

    private static Set<Integer> union(Set<Integer> a, List<Integer> b) {
        var all = new HashSet<>(a);
        all.addAll(b);
        return all;
    }

    private Term product(Term a, Term b) {
        var letters = new ArrayList<>(a.letters());
        b.letters().stream().filter(c -> !letters.contains(c)).forEach(letters::add);
        var type = a.value().dtype();
        return new Term(node.map(Expr.apply(Fn.MUL, Expr.arg(0, type), Expr.arg(1, type)), arranged(a, letters).value(),
                arranged(b, letters).value()), letters);
    }

    /** {@code a[batch.., rows, inner] x b[batch.., inner, columns]}. */
    private Term matrixProduct(Term a, Term b, List<Integer> batch, List<Integer> inner) {
        var rows = a.letters().stream().filter(c -> !b.letters().contains(c)).toList();
        var columns = b.letters().stream().filter(c -> !a.letters().contains(c)).toList();
        var common = new ArrayList<Dim>();
        for (int letter : inner) {
            common.add(node.symbols().broadcast(a.dim(letter), b.dim(letter), "einsum"));
        }
        var left = matrix(a, batch, rows, inner, common, true);
        var right = matrix(b, batch, columns, inner, common, false);
        var product = node.apply(MatMul.plain(left.dtype()), left, right);
        var dims = new ArrayList<>(product.shape().dims().subList(0, batch.size()));
        rows.forEach(c -> dims.add(a.dim(c)));
        columns.forEach(c -> dims.add(b.dim(c)));
        var letters = new ArrayList<>(batch);
        letters.addAll(rows);
        letters.addAll(columns);
        return new Term(node.reshape(product, new Shape(dims)), letters);
    }

    private Value matrix(Term term, List<Integer> batch, List<Integer> free, List<Integer> inner, List<Dim> common,
            boolean freeFirst) {
        var order = new ArrayList<>(batch);
        order.addAll(freeFirst ? free : inner);
        order.addAll(freeFirst ? inner : free);
        var value = arranged(term, order).value();
        // an axis of size 1 that is summed up against a longer one is repeated
        var full = new ArrayList<>(value.shape().dims());
        int first = batch.size() + (freeFirst ? free.size() : 0);
        Collections.copy(full.subList(first, first + inner.size()), common);
        var whole = node.expand(value, new Shape(full));
        var dims = new ArrayList<>(full.subList(0, batch.size()));
        var outer = new Shape(free.stream().map(term::dim).toList()).size();
        var depth = new Shape(common).size();
        dims.addAll(freeFirst ? List.of(outer, depth) : List.of(depth, outer));
        return node.reshape(whole, new Shape(dims));
    }
}
