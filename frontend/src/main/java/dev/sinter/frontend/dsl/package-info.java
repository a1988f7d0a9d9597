/**
 * The model language: text to a graph of core ops. {@link dev.sinter.frontend.dsl.DslImporter} is the entry,
 * {@link dev.sinter.frontend.dsl.Formatter} lays text out. {@code docs/dsl.md} describes the language.
 */
@NullMarked
package dev.sinter.frontend.dsl;

import org.jspecify.annotations.NullMarked;
