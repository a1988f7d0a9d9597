/** What holds for models of both kinds: ONNX files, and texts of the model language. */
@NullMarked
package dev.sinter.frontend;

import org.jspecify.annotations.NullMarked;
