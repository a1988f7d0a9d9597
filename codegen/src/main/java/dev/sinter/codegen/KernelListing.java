package dev.sinter.codegen;

import java.util.List;

/**
 * A kernel of a compiled model, for people.
 *
 * @param name
 *            its name
 * @param loopProgramText
 *            its loop program
 * @param usedByNodes
 *            methods of the nodes that call it, directly or through other kernels
 */
public record KernelListing(String name, String loopProgramText, List<String> usedByNodes) {
    /** Copies the list. */
    public KernelListing {
        usedByNodes = List.copyOf(usedByNodes);
    }
}
