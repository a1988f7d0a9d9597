package dev.sinter.runtime;

/**
 * When a step is shared among workers. A helper that is waiting in a loop answers in a fraction of a microsecond; one that
 * sleeps costs the caller up to 15 microseconds to wake, and comes after up to 50.
 *
 * @param least nanoseconds of work that two workers are worth; each half of it more is worth another
 * @param wake nanoseconds of work, in steps that follow closely, for which sleeping helpers are woken
 * @param linger nanoseconds a helper waits for the next step before it goes to sleep
 * @param patient whether the caller lets helpers come before it begins, so that short steps are shared too; for tests
 */
record Sharing(long least, long wake, long linger, boolean patient) {
    /** By cost. */
    static final Sharing BY_COST = new Sharing(3_000, 100_000, 200_000, false);
    /** All that has more than one round, so that checked runs see every step in parts. */
    static final Sharing EVERYTHING = new Sharing(0, 0, 200_000, true);

    /** Work that is not worth being cut up further. */
    private static final long CHUNK_NANOS = 2_000;

    /**
     * How many workers a step is worth.
     *
     * @param cost nanoseconds of work; 0: nobody knows
     * @param count its rounds
     * @param size the workers there are
     * @return at least 1 where there is a round
     */
    int hands(long cost, int count, int size) {
        int most = Math.min(size, count);
        return cost == 0 || least == 0 ? most : Math.clamp(2 * cost / least, 1, Math.max(1, most));
    }

    /**
     * Rounds that are taken at once.
     *
     * @param cost nanoseconds of work of all rounds; 0: nobody knows
     * @param count the rounds
     * @return at least 1
     */
    int chunk(long cost, int count) {
        return cost == 0 || least == 0 ? 1 : Math.clamp(CHUNK_NANOS * count / cost, 1, count);
    }
}
