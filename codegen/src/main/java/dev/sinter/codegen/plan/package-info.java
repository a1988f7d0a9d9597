/** The plan: where every tensor lies and which kernels run in which order, with sizes as expressions of symbols. */
@org.jspecify.annotations.NullMarked
package dev.sinter.codegen.plan;
