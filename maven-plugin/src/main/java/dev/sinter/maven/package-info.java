/**
 * The Maven plugin. It runs on the JDK that Maven runs on, at least 17, and starts the compiler on a JDK 25 in a process
 * of its own.
 */
@NullMarked
package dev.sinter.maven;

import org.jspecify.annotations.NullMarked;
