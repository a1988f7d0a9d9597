package dev.sinter.testkit;

import java.util.OptionalDouble;

/**
 * What came of a case.
 *
 * @param name
 *            {@code group/case}, the names of its folder and the one above
 * @param status
 *            how it went
 * @param reason
 *            what was wrong; empty if it passed
 * @param millis
 *            time for compiling, all runs and comparing
 * @param maxAbs
 *            largest difference of two finite floating-point elements over all data sets, if there were any
 * @param minCosine
 *            smallest cosine of two floating-point outputs over all data sets, if there were any
 */
public record CaseResult(String name, Status status, String reason, long millis, OptionalDouble maxAbs,
        OptionalDouble minCosine) {
    /** How a case went. */
    public enum Status {
        /** All results agree. */
        PASS,
        /** Something differs or broke. */
        FAIL,
        /** The model uses what Sinter does not have. */
        UNSUPPORTED
    }
}
