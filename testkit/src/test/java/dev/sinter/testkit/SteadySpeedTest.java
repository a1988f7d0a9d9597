package dev.sinter.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SteadySpeedTest {
    private static final long MILLI = 1_000_000;

    /** Runs calls of one cost for a while. */
    private static long calls(SteadySpeed speed, long from, long until, long cost) {
        long now = from;
        while (now < until) {
            now += cost;
            speed.call(now);
        }
        return now;
    }

    @Test
    void itIsReachedWhereCallsBecomeFast() {
        var speed = new SteadySpeed(0);
        long now = calls(speed, 0, 1000 * MILLI, 50 * MILLI);
        now = calls(speed, now, 1500 * MILLI, 12 * MILLI);
        calls(speed, now, 5000 * MILLI, 10 * MILLI);

        assertThat(speed.reached()).isBetween(1500 * MILLI, 1530 * MILLI);
    }

    @Test
    void nineTenthsOfTheSpeedAreEnough() {
        var speed = new SteadySpeed(0);
        long now = calls(speed, 0, 1000 * MILLI, 50 * MILLI);
        now = calls(speed, now, 1500 * MILLI, 11 * MILLI);
        calls(speed, now, 5000 * MILLI, 10 * MILLI);

        assertThat(speed.reached()).isBetween(1000 * MILLI, 1030 * MILLI);
    }

    @Test
    void oneFastCallAmongSlowOnesIsNotSteady() {
        var speed = new SteadySpeed(0);
        long now = calls(speed, 0, 500 * MILLI, 50 * MILLI);
        now = calls(speed, now, now + 1, 10 * MILLI);
        now = calls(speed, now, 1000 * MILLI, 50 * MILLI);
        calls(speed, now, 5000 * MILLI, 10 * MILLI);

        assertThat(speed.reached()).isGreaterThan(1000 * MILLI);
    }

    @Test
    void aSlowCallLaterDoesNotUndoIt() {
        var speed = new SteadySpeed(0);
        long now = calls(speed, 0, 2000 * MILLI, 10 * MILLI);
        now = calls(speed, now, now + 1, 300 * MILLI);
        calls(speed, now, 5000 * MILLI, 10 * MILLI);

        assertThat(speed.reached()).isLessThanOrEqualTo(20 * MILLI);
    }

    @Test
    void shortCallsArePutTogether() {
        var speed = new SteadySpeed(0);
        long now = 0;
        for (int i = 0; i < 100_000; i++) {
            long cost = now < 100 * MILLI ? 9_000 : 3_000;
            now += 10 * cost;
            speed.calls(10, now);
        }

        assertThat(speed.reached()).isBetween(100 * MILLI, 110 * MILLI);
    }

    @Test
    void withTooFewCallsThereIsNothingToTell() {
        var speed = new SteadySpeed(0);
        calls(speed, 0, 50 * MILLI, 10 * MILLI);

        assertThat(speed.reached()).isZero();
    }
}
