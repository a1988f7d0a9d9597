/**
 * What the compiler chooses by what it costs: questions, the ways that answer them, and the choices made. A cost is
 * estimated, or measured by whoever compiles.
 */
@org.jspecify.annotations.NullMarked
package dev.sinter.ir.cost;
