package dev.sinter.cli.demo;

import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What a program that uses a compiled model does: {@code EmbedMain MODEL.jar tokenizer.json} embeds some sentences and
 * prints their similarities and the time of each. Nothing of the compiler is on its class path.
 */
public final class EmbedMain {

    /** Positions that all-MiniLM-L6-v2 was made for. */
    private static final int LIMIT = 512;
    private static final long WARM_UP = TimeUnit.SECONDS.toNanos(5);
    private static final long MEASURE = TimeUnit.SECONDS.toNanos(1);

    private static final List<String> SENTENCES = List.of(
            "A cat is sleeping on the warm windowsill.",
            "The kitten dozes in the sunlight by the window.",
            "Our old cat naps in the sunshine all day.",
            "How do I find a memory leak in a Java program?",
            "The heap keeps growing until the JVM runs out of memory.",
            "Garbage collection pauses slow my application down.",
            "Fry the onions in butter until they are golden.",
            "Simmer the soup with garlic, leeks and potatoes.",
            "Roast the potatoes with garlic, butter and herbs.",
            "Rising interest rates make mortgages more expensive.",
            "Many families can no longer afford a mortgage.",
            "Higher borrowing costs are slowing the housing market.");

    private EmbedMain() {
    }

    /** Exits with 0, with 1 where a file cannot be read or the model does not run, with 2 on wrong usage. */
    public static void main(String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    static int run(String[] args, PrintStream out, PrintStream err) {
        if (args.length != 2) {
            err.println("usage: EmbedMain MODEL.jar tokenizer.json");
            return 2;
        }
        try {
            embed(Path.of(args[0]), Path.of(args[1]), out);
            return 0;
        } catch (IOException e) {
            // Its message is often a file's name alone.
            err.println("demo: " + e);
            return 1;
        } catch (ModelException | IllegalArgumentException e) {
            err.println("demo: " + e.getMessage());
            return 1;
        }
    }

    private static void embed(Path jar, Path tokenizerFile, PrintStream out) throws IOException {
        var tokenizer = WordPiece.read(tokenizerFile);
        long start = System.nanoTime();
        try (var model = Model.load(jar)) {
            long loaded = System.nanoTime();
            var embedding = new SentenceEmbedding(model, tokenizer, LIMIT);
            var vectors = new ArrayList<float[]>(embedding.embed(SENTENCES.subList(0, 1)));
            long first = System.nanoTime();
            // One at a time and not as a batch: the table and the times are then of the same runs.
            SENTENCES.stream().skip(1).forEach(sentence -> vectors.addAll(embedding.embed(List.of(sentence))));
            for (int i = 0; i < SENTENCES.size(); i++) {
                out.printf(Locale.ROOT, "%4d  %s%n", i + 1, SENTENCES.get(i));
            }
            out.println();
            out.println("Cosine similarity:");
            out.println(SimilarityTable.of(vectors));
            out.println();
            out.flush();
            out.printf(Locale.ROOT,
                    "Time per sentence: the first %.0f ms (after %.0f ms to load the jar), warm %.2f ms%n",
                    (first - loaded) / 1e6, (loaded - start) / 1e6, steady(embedding) / 1e6);
        }
    }

    /** Nanoseconds a sentence takes, tokenizer included, once the JIT compiler is done: the median over rounds. */
    private static double steady(SentenceEmbedding embedding) {
        long start = System.nanoTime();
        var rounds = new ArrayList<Long>();
        while (true) {
            long from = System.nanoTime();
            for (var sentence : SENTENCES) {
                embedding.embed(List.of(sentence));
            }
            long now = System.nanoTime();
            if (from - start >= WARM_UP) {
                rounds.add(now - from);
            }
            if (now - start >= WARM_UP + MEASURE && !rounds.isEmpty()) {
                return rounds.stream().sorted().toList().get(rounds.size() / 2) / (double) SENTENCES.size();
            }
        }
    }
}
