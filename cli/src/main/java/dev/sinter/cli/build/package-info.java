/** The command {@code sinter build}, which build tools start. */
@NullMarked
package dev.sinter.cli.build;

import org.jspecify.annotations.NullMarked;
