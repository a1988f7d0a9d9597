/** Files that models name. */
@NullMarked
package dev.sinter.frontend.files;

import org.jspecify.annotations.NullMarked;
