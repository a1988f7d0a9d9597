package dev.sinter.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.cli.CommandLineRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report on a real model can be read. Skipped where there is no browser. */
class EncoderReportTest {
    /** Pairs of boxes of one part that overlap, and boxes that are not within their part. */
    private static final String MISPLACED = """
            (() => {
              const wrong = [];
              const visit = group => group.children.forEach((a, i) => {
                if (group.parent && (a.ax < group.ax || a.ay < group.ay || a.ax + a.w > group.ax + group.w + 0.01
                    || a.ay + a.h > group.ay + group.h + 0.01)) {
                  wrong.push(a.id + ' is not within ' + group.id);
                }
                group.children.slice(i + 1).forEach(b => {
                  if (a.ax < b.ax + b.w && b.ax < a.ax + a.w && a.ay < b.ay + b.h && b.ay < a.ay + a.h) {
                    wrong.push(a.id + ' overlaps ' + b.id);
                  }
                });
                if (!a.leaf && a.open) {
                  visit(a);
                }
              });
              visit(picture.tree.root);
              return wrong.join();
            })()
            """;
    /** Edges that begin or end elsewhere than at their boxes. */
    private static final String LOOSE = """
            picture.layout.routes.filter(r => {
              const [x0, y0] = r.points[0];
              const [x1, y1] = r.points[r.points.length - 1];
              return !(x0 >= r.from.ax && x0 <= r.from.ax + r.from.w && Math.abs(y0 - r.from.ay - r.from.h) < 1
                  && x1 >= r.to.ax && x1 <= r.to.ax + r.to.w && Math.abs(y1 - r.to.ay) < 3);
            }).length
            """;

    @TempDir
    Path folder;

    @Test
    void minilmCanBeReadClosedAndOpen() throws IOException {
        Browser.requireInstalled();
        var model = folder.resolve("minilm.onnx");
        try (var file = EncoderReportTest.class.getResourceAsStream("/all-minilm-l6-v2.onnx")) {
            assertThat(file).as("the model of the Maven artifact").isNotNull();
            Files.copy(file, model);
        }
        var page = folder.resolve("minilm.html");
        var result = CommandLineRun.of(List.of("inspect", model, "--html", page, "--no-measure"));
        assertThat(result.code()).as(result.err()).isZero();
        try (var browser = Browser.start(folder)) {
            browser.open(page);
            assertThat(browser.number("picture.drawn.size")).as("boxes to begin with").isBetween(10.0, 80.0);
            assertThat(browser.number("picture.view.scale")).as("letters of 13 units are read").isGreaterThan(0.5);
            for (var which : List.of("after", "before")) {
                browser.text("showGraph('" + which + "')");
                for (int level = 0; level < 6; level++) {
                    assertThat(browser.text(MISPLACED)).as(which + ", level " + level).isEmpty();
                    assertThat(browser.number(LOOSE)).as(which + ", level " + level).isZero();
                    browser.text("picture.tree.openVisible() || picture.draw()");
                }
                assertThat(browser.number("picture.tree.leaves.filter(l => !picture.drawn.has(l.id)).length"))
                        .as("everything is open").isZero();
            }
            assertThat(browser.number("TREES.after.root.sums.operations")).as("2 x 21.3 M x 128 and attention")
                    .isBetween(2.7e9, 3.1e9);
            assertThat(browser.problems()).isEmpty();
            assertThat(browser.nameless()).isEmpty();
        }
    }
}
