/** The back end: loop programs to JVM bytecode. The only package that knows ASM. */
@org.jspecify.annotations.NullMarked
package dev.sinter.codegen.asm;
