/** From a graph to a program: plan, loop programs, classes, weights. */
@org.jspecify.annotations.NullMarked
package dev.sinter.codegen;
