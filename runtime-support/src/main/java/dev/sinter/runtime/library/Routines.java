package dev.sinter.runtime.library;

import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.Value;
import java.util.Map;

/**
 * The closed list of library routines that compiled models call by name. Each checks its operands and raises
 * {@link ModelException} naming what was expected and what came; the caller adds the node.
 */
public final class Routines {
    private Routines() {
    }

    /**
     * Runs a routine.
     *
     * @param routine its name, such as {@code sort.topk}
     * @param arguments its settings, name and text; {@code operands} lists the positions of {@code inputs} if some
     *     operands are left out
     * @param inputs the operands; null counts as left out
     * @return all results of the routine, at least as many as the node uses
     * @throws ModelException if the routine is unknown or an operand or argument does not fit
     */
    public static Value[] call(String routine, Map<String, String> arguments, Value[] inputs) {
        var call = new Invocation(routine, arguments, inputs);
        return switch (routine.substring(0, Math.max(0, routine.indexOf('.')))) {
            case "sort" -> sorting(call);
            case "string", "cast" -> strings(call);
            case "sequence", "optional" -> containers(call);
            case "random" -> randoms(call);
            default -> others(call);
        };
    }

    private static Value[] sorting(Invocation call) {
        return switch (call.routine()) {
            case "sort.topk" -> Sorting.topK(call);
            case "sort.unique" -> Uniques.unique(call);
            case "sort.nonzero" -> Sorting.nonZero(call);
            case "sort.compress" -> Sorting.compress(call);
            default -> throw unknown(call);
        };
    }

    private static Value[] strings(Invocation call) {
        return switch (call.routine()) {
            case "string.concat" -> Strings.concat(call);
            case "string.split" -> Strings.split(call);
            case "string.normalize" -> Strings.normalize(call);
            case "string.match" -> Strings.match(call);
            case "cast.string_to" -> TextNumbers.parse(call);
            case "cast.to_string" -> TextNumbers.format(call);
            default -> throw unknown(call);
        };
    }

    private static Value[] containers(Invocation call) {
        return switch (call.routine()) {
            case "sequence.empty" -> Sequences.empty();
            case "sequence.construct" -> Sequences.construct(call);
            case "sequence.at" -> Sequences.at(call);
            case "sequence.insert" -> Sequences.insert(call);
            case "sequence.erase" -> Sequences.erase(call);
            case "sequence.length" -> Sequences.length(call);
            case "sequence.concat" -> Sequences.concat(call);
            case "optional.make" -> Optionals.make(call);
            case "optional.has" -> Optionals.has(call);
            case "optional.get" -> Optionals.get(call);
            default -> throw unknown(call);
        };
    }

    private static Value[] randoms(Invocation call) {
        return switch (call.routine()) {
            case "random.normal" -> Randoms.normal(call);
            case "random.uniform" -> Randoms.uniform(call);
            case "random.bernoulli" -> Randoms.bernoulli(call);
            case "random.multinomial" -> Randoms.multinomial(call);
            case "random.dropout_mask" -> Randoms.dropoutMask(call);
            default -> throw unknown(call);
        };
    }

    private static Value[] others(Invocation call) {
        return switch (call.routine()) {
            case "nms" -> Suppression.nms(call);
            case "tfidf" -> NGrams.tfidf(call);
            case "label.encode" -> Labels.encode(call);
            case "vectorize.dict" -> Labels.vectorize(call);
            case "zipmap" -> Labels.zipMap(call);
            case "castmap" -> Labels.castMap(call);
            case "split.to_sequence" -> Sequences.split(call);
            case "matrix.determinant" -> Determinant.of(call);
            case "image.decode" -> Images.decode(call);
            default -> throw unknown(call);
        };
    }

    private static ModelException unknown(Invocation call) {
        return new ModelException("there is no library routine '" + call.routine() + "'");
    }
}
