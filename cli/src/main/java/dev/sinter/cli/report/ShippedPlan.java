package dev.sinter.cli.report;

import dev.sinter.ir.DType;
import dev.sinter.ir.Graph;
import dev.sinter.ir.GraphParser;
import dev.sinter.ir.TensorData;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What the IR dump shipped with a model says: the graph it was made from, without its large constants, and its steps.
 *
 * @param graph
 *            after all passes; a large constant has no elements
 * @param steps
 *            kernel calls by their number
 */
public record ShippedPlan(Graph graph, List<Step> steps) {
    private static final Pattern BLOCK = Pattern.compile("  block (\\d+) \\(.*");
    private static final Pattern STEP =
            Pattern.compile("\\s+(\\d+): (\\w+) = (.+?)\\((.*?)\\)\\((.*)\\)( par .*?)?(?:  // %(\\d+))?");

    /**
     * A kernel call.
     *
     * @param number
     *            counted through all blocks
     * @param block
     *            the block's number; 0 where the model is one
     * @param method
     *            name of the node's method
     * @param kernel
     *            name of the kernel
     * @param arrays
     *            where its arrays are: {@code a3} in an arena, {@code io0} the caller's
     * @param value
     *            id of the node's first result; -1 where an older compiler did not say
     */
    public record Step(int number, int block, String method, String kernel, List<String> arrays, int value) {
    }

    /**
     * Reads a dump.
     *
     * @param dump
     *            its text
     * @return what it says
     * @throws dev.sinter.ir.IrException
     *             if it holds no graph
     */
    public static ShippedPlan parse(String dump) {
        int plan = dump.indexOf("\nplan \"");
        var graph = GraphParser.parse(plan < 0 ? dump : dump.substring(0, plan),
                key -> TensorData.zeros(DType.F32, 0));
        var steps = new ArrayList<Step>();
        int block = 0;
        for (var line : plan < 0 ? List.<String>of() : dump.substring(plan + 1).lines().toList()) {
            if (line.startsWith("}")) {
                break;
            }
            var begin = BLOCK.matcher(line);
            block = begin.matches() ? Integer.parseInt(begin.group(1)) : block;
            var step = STEP.matcher(line);
            if (step.matches()) {
                steps.add(new Step(Integer.parseInt(step.group(1)), block, step.group(2), step.group(3),
                        step.group(4).isEmpty() ? List.of() : List.of(step.group(4).split(", ")),
                        step.group(7) == null ? -1 : Integer.parseInt(step.group(7))));
            }
        }
        return new ShippedPlan(graph, steps);
    }
}
