package dev.sinter.ir.cost;

import java.util.List;

/**
 * Which of several ways is best.
 *
 * @param kind
 *            what is asked, such as {@code winograd}; without blanks
 * @param ways
 *            the ways; the first is taken where no other gains enough
 * @param gain
 *            part of the first way's estimated time that another must save, since estimates err; 0 to 1
 */
public record Question(String kind, List<Way> ways, double gain) {
    /** Copies the list. */
    public Question {
        ways = List.copyOf(ways);
    }
}
