package dev.sinter.frontend.dsl;

import java.util.List;

/** A text of the model language that can't be compiled: where, what was expected and what came. */
public final class DslException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String file;
    private final int line;
    private final int column;
    private final String problem;

    DslException(Place place, String problem) {
        this(place, problem, List.of());
    }

    /** A problem within calls; the innermost comes first. */
    DslException(Place place, String problem, List<String> calls) {
        super(place + ": " + problem + place.excerpt() + String.join("", calls.stream().map(c -> "\n  " + c).toList()));
        this.file = place.source().name();
        this.line = place.line();
        this.column = place.column();
        this.problem = problem;
    }

    /** {@return the file's name} */
    public String file() {
        return file;
    }

    /** {@return the line, from 1} */
    public int line() {
        return line;
    }

    /** {@return the column, from 1} */
    public int column() {
        return column;
    }

    /** {@return what is wrong, without the place} */
    public String problem() {
        return problem;
    }
}
