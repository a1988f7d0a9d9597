/**
 * Irregular work that no kernel is emitted for: sorting, suppression, strings, sequences, labels, random numbers,
 * images, determinants. A closed list of routines by name; arithmetic on tensors is never among them.
 */
package dev.sinter.runtime.library;
