/**
 * What Sinter's own checks are made of: ONNX cases and how their results are compared, tensors in files, and running
 * one model in every form.
 */
@NullMarked
package dev.sinter.testkit;

import org.jspecify.annotations.NullMarked;
