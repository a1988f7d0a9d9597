/** Tests of the library routines. */
package dev.sinter.runtime.library;
