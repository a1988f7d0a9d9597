/**
 * {@code sinter demo}: sentences to vectors with a model compiled on the spot. Everything a Java program needs
 * beside the compiled jar stands here in plain code: a BERT tokenizer that follows a Hugging Face
 * {@code tokenizer.json}, mean pooling and normalization.
 */
@NullMarked
package dev.sinter.cli.demo;

import org.jspecify.annotations.NullMarked;
