package dev.sinter.runtime.library;

import static dev.sinter.runtime.library.Calls.one;
import static dev.sinter.runtime.library.Calls.scalar;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.runtime.Tensor;
import org.junit.jupiter.api.Test;

class SuppressionTest {
    private static final float[] BOXES = {0, 0, 1, 1, 0, 0.1f, 1, 1.1f, 0, -0.1f, 1, 0.9f, 0, 10, 1, 11, 0, 10.1f, 1,
            11.1f, 0, 100, 1, 101};
    private static final Tensor SIX = Tensor.of(BOXES, 1, 6, 4);
    private static final Tensor SCORES = Tensor.of(new float[]{0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f}, 1, 1, 6);

    private static Tensor real(float value) {
        return Tensor.of(new float[]{value}, 1);
    }

    @Test
    void betterBoxesSuppressOthers() {
        assertThat(one("nms", SIX, SCORES, scalar(3), real(0.5f), real(0)).toLongs())
                .containsExactly(0, 0, 3, 0, 0, 0, 0, 0, 5);
        assertThat(one("nms", SIX, SCORES, scalar(3), real(0.5f), real(0.4f)).toLongs())
                .containsExactly(0, 0, 3, 0, 0, 0);
        assertThat(one("nms", SIX, SCORES, scalar(1), real(0.5f)).toLongs()).containsExactly(0, 0, 3);
    }

    @Test
    void flippedCornersAndCentersAreTheSameBoxes() {
        var flipped = new float[BOXES.length];
        var centers = new float[BOXES.length];
        for (int i = 0; i < BOXES.length; i += 4) {
            flipped[i] = BOXES[i + 2];
            flipped[i + 1] = BOXES[i + 1];
            flipped[i + 2] = BOXES[i];
            flipped[i + 3] = BOXES[i + 3];
            centers[i] = (BOXES[i] + BOXES[i + 2]) / 2;
            centers[i + 1] = (BOXES[i + 1] + BOXES[i + 3]) / 2;
            centers[i + 2] = 1;
            centers[i + 3] = 1;
        }
        assertThat(one("nms", Tensor.of(flipped, 1, 6, 4), SCORES, scalar(3), real(0.5f)).toLongs())
                .containsExactly(0, 0, 3, 0, 0, 0, 0, 0, 5);
        assertThat(one("nms center_point_box=1", Tensor.of(centers, 1, 6, 4), SCORES, scalar(3), real(0.5f)).toLongs())
                .containsExactly(0, 0, 3, 0, 0, 0, 0, 0, 5);
    }

    @Test
    void withoutALimitNothingIsKept() {
        assertThat(one("nms", SIX, SCORES).shape()).containsExactly(0, 3);
        assertThat(one("nms", Tensor.of(new float[0], 1, 0, 4), Tensor.of(new float[0], 1, 1, 0), scalar(3)).shape())
                .containsExactly(0, 3);
    }

    @Test
    void operandsMayBeLeftOut() {
        assertThat(one("nms operands=0,1,2,4", SIX, SCORES, scalar(9), real(0.8f)).toLongs())
                .containsExactly(0, 0, 3, 0, 0, 0);
    }

    @Test
    void equalScoresKeepTheirOrderAndIdenticalBoxesFall() {
        var boxes = Tensor.of(new float[]{0, 0, 1, 1, 0, 0, 1, 1, 5, 5, 6, 6}, 1, 3, 4);
        var scores = Tensor.of(new float[]{0.5f, 0.5f, 0.5f}, 1, 1, 3);
        assertThat(one("nms", boxes, scores, scalar(9), real(0.5f)).toLongs()).containsExactly(0, 0, 0, 0, 0, 2);
    }

    @Test
    void shapesAreChecked() {
        assertThatThrownBy(() -> one("nms", SCORES, SCORES)).hasMessageContaining("[B,N,4]");
        assertThatThrownBy(() -> one("nms", SIX, Tensor.of(new float[5], 1, 1, 5))).hasMessageContaining("[1,C,6]");
    }
}
