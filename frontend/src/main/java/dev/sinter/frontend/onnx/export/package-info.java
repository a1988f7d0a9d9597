/**
 * Graphs back to ONNX files: core ops as standard operators, one file for each family of ops.
 */
@NullMarked
package dev.sinter.frontend.onnx.export;

import org.jspecify.annotations.NullMarked;
