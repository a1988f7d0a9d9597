/**
 * The graph: types with symbolic shapes, values and facts, nodes and core ops, their reference evaluation, the verifier
 * and the text form. Knows nothing of files, passes or code generation.
 */
@org.jspecify.annotations.NullMarked
package dev.sinter.ir;
