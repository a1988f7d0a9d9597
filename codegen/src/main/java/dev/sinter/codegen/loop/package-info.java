/**
 * Loop programs: kernels as data. A small typed tree of loops, vector expressions, loads and stores that prints as text
 * and parses back, and the rewrites that make each form of it (unrolled, narrow, scalar).
 */
@org.jspecify.annotations.NullMarked
package dev.sinter.codegen.loop;
