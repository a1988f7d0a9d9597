package dev.sinter.codegen.plan;

import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which values lie in planes with rows of one distance: what a sparse convolution reads, what it adds, and what it makes.
 * Whatever is put together here can be read and written in vectors that go on over the ends of rows.
 */
final class PlaneRuns {
    /** Values, and nodes for what is made of their input. */
    private final Map<Object, Member> members = new HashMap<>();

    /** A convolution's reading of a value: results, and how far its windows reach. */
    private record Reading(Taps rows, Taps columns, long height, long width) {
    }

    private static final class Member {
        private final long height;
        private final long width;
        private final List<Reading> readings = new ArrayList<>();
        private Member run = this;
        /** Of a run: the distance of rows. */
        private long pitch;

        Member(long height, long width) {
            this.height = height;
            this.width = width;
            this.pitch = width;
        }

        Member run() {
            return run == this ? this : run.run();
        }
    }

    /** Adds a value, or a node for what is made of its input, whose images have some size. */
    void add(Object key, long height, long width) {
        members.computeIfAbsent(key, k -> new Member(height, width));
    }

    /** Two members are of one run. */
    void join(Object a, Object b) {
        var first = member(a).run();
        var second = member(b).run();
        if (first != second) {
            first.pitch = Math.max(first.pitch, second.pitch);
            second.run = first;
        }
    }

    /** Windows that go over a member; it, and the result of some size, which is added, are of one run. */
    void reads(Object key, Taps rows, Taps columns, Value result, long height, long width) {
        add(result, height, width);
        var member = member(key);
        member.readings.add(new Reading(rows, columns, height, width));
        join(key, result);
        var run = member.run();
        long gap = Math.max(-columns.least(), width - 1 + columns.most() - (member.width - 1));
        run.pitch = Math.max(run.pitch, member.width + Math.max(0, gap));
    }

    private Member member(Object key) {
        var member = members.get(key);
        if (member == null) {
            throw new IllegalStateException(key + " is in no run");
        }
        return member;
    }

    boolean contains(Object key) {
        return members.containsKey(key);
    }

    /** How a member's planes lie. */
    Planes.Layout layout(Object key) {
        var member = member(key);
        long pitch = member.run().pitch;
        long whole = member.height * pitch;
        long lead = 0;
        long trail = 0;
        long reach = Planes.vectors(whole) * Planes.LANES;
        boolean padded = false;
        for (var reading : member.readings) {
            var rows = reading.rows;
            var columns = reading.columns;
            long above = Math.max(0, -rows.least());
            long left = Math.max(0, -columns.least());
            long below = Math.max(0, reading.height - 1 + rows.most() - (member.height - 1));
            long right = Math.max(0, reading.width - 1 + columns.most() - (member.width - 1));
            lead = Math.max(lead, Planes.vectors(above * pitch + left) * Planes.LANES);
            trail = Math.max(trail, below * pitch);
            reach = Math.max(reach, Planes.vectors(reading.height * pitch) * Planes.LANES
                    + rows.most() * pitch + columns.most());
            padded |= above > 0 || left > 0 || below > 0 || right > 0;
        }
        long plane = Planes.vectors(whole + Math.max(lead, trail)) | 1;
        return new Planes.Layout(lead, pitch, plane * Planes.LANES,
                Math.max(0, reach - plane * Planes.LANES), padded);
    }
}
