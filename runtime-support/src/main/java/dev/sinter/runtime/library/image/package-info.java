/**
 * Reads image files without any library: BMP, JPEG, JPEG 2000, PNG, PNM, TIFF, WebP. A reader raises
 * {@link RuntimeException} for a file that is damaged or uses what it does not know; it ends on every input.
 */
package dev.sinter.runtime.library.image;
