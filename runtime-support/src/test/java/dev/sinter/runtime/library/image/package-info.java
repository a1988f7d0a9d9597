/** Tests of the image readers. */
package dev.sinter.runtime.library.image;
