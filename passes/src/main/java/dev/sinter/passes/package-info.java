/**
 * Graph to graph: simplify, recognize, fold quantization, fuse. {@link dev.sinter.passes.Pipeline#standard()} is the
 * list; a rewrite is one {@link dev.sinter.passes.Rule} in one file with its golden test.
 */
@org.jspecify.annotations.NullMarked
package dev.sinter.passes;
