/** The page that {@code sinter inspect --html} writes. */
@NullMarked
package dev.sinter.cli.report;

import org.jspecify.annotations.NullMarked;
