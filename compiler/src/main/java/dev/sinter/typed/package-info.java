/** Java source of a typed class for a model. */
@NullMarked
package dev.sinter.typed;

import org.jspecify.annotations.NullMarked;
