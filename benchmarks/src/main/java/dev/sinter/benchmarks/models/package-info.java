/**
 * Models of the standard architectures with published layer sizes and seeded weights: texts of the model language, which
 * are written as ONNX in the form that exporters give them, so that every engine reads the same file.
 */
@NullMarked
package dev.sinter.benchmarks.models;

import org.jspecify.annotations.NullMarked;
