/** Programs written by hand, as the compiler would emit them; tests define them through a model's own loader. */
package dev.sinter.runtime.sample;
