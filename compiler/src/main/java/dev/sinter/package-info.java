/**
 * The public face of the compiler: {@link dev.sinter.Sinter} for a model file in one line, {@link dev.sinter.Compiler}
 * for everything that can be chosen, {@link dev.sinter.Compilation} to look at what happened on the way.
 */
@NullMarked
package dev.sinter;

import org.jspecify.annotations.NullMarked;
