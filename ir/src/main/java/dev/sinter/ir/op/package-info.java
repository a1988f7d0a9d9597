/** The core ops, one file each or a close family: type rule and reference evaluation. */
@org.jspecify.annotations.NullMarked
package dev.sinter.ir.op;
