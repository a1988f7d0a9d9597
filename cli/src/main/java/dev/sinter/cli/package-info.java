/**
 * The command {@code sinter}: data on stdout, words and progress on stderr, exit codes 0 good, 1 failed, 2 wrong usage.
 */
@NullMarked
package dev.sinter.cli;

import org.jspecify.annotations.NullMarked;
