/** Kernel templates: each makes the loop program of a core op, or of a group of them, for given types and strides. */
@org.jspecify.annotations.NullMarked
package dev.sinter.codegen.kernel;
