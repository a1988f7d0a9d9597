package dev.sinter.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sinter.cli.CommandLineRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code inspect --html} writes, in a real browser. Skipped where there is none. */
class ReportPageTest {
    @TempDir
    static Path folder;
    private static Browser browser;
    private static Path model;

    @BeforeAll
    static void start() throws IOException {
        browser = Browser.start(folder);
        model = Files.write(folder.resolve("small.onnx"), SmallNet.onnx(4, "</script><b>"));
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
    }

    private static Path report(String name, Object... more) {
        var page = folder.resolve(name + ".html");
        var result = CommandLineRun.of(List.of("inspect", "--html", page), List.of(more));
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).isEqualTo(page + "\n");
        return page;
    }

    private static Path open(String name, Object... more) {
        var page = report(name, more);
        browser.open(page);
        return page;
    }

    private static void fine(Path page) {
        assertThat(browser.problems()).isEmpty();
        assertThat(browser.requests()).allMatch(url -> url.equals(page.toUri().toString()) || url.startsWith("data:"));
        assertThat(browser.nameless()).isEmpty();
    }

    @Test
    void aModelIsShownWithTimesAndWork() {
        var page = open("model", model, "--at", "batch=16", "--measure-seconds", "0.3");
        fine(page);
        assertThat(browser.text("$('model-name').textContent")).isEqualTo("small.onnx");
        assertThat(browser.number("TREES.after.root.sums.operations"))
                .as("a product counts two, the bias and the activation one each").isCloseTo(
                        16 * SmallNet.WIDTH * (4 * (2 * SmallNet.WIDTH + 1) + 3), within(0.5));
        assertThat(browser.number("REPORT.profile.run")).isPositive();
        assertThat(browser.number("REPORT.profile.sum")).isPositive();
        assertThat(browser.number("TREES.after.root.sums.nanos"))
                .as("every step belongs to a node").isCloseTo(browser.number("REPORT.profile.sum"), within(0.01));
        assertThat(browser.number("TREES.after.leaves.filter(l => l.node.weights > 0 && l.node.zeros === 0.5).length"))
                .isEqualTo(4);
        assertThat(browser.text("$('totals').textContent")).contains("16", "GFLOP/s");
    }

    @Test
    void aPartOpensAndANodeTellsAll() {
        open("parts", model, "--no-measure");
        browser.text("picture.tree.closeAll() || picture.draw() || picture.fit() || $('picture').scrollIntoView()");
        assertThat(browser.number("document.querySelectorAll('#picture .part').length")).isEqualTo(1);
        browser.click("document.querySelector('#picture .part')");
        assertThat(browser.number("document.querySelectorAll('#picture .open').length")).isEqualTo(1);
        browser.text("picture.fit()");
        browser.click("[...document.querySelectorAll('#picture .node')]"
                + ".find(e => e.ariaLabel.startsWith('matmul + add, max'))");
        assertThat(browser.text("$('panel').textContent")).contains("/net/block.0/fc/MatMul", "/net/block.0/act/Relu",
                "50.0 % of the weights are 0", "f32", "kernel", "rewrites (", "%");
        assertThat(browser.text("picture.drawn.get(picture.chosen.id).classList.contains('chosen')")).isEqualTo("true");
        browser.text("$('panel').querySelectorAll('details').forEach(d => { d.open = true; })");
        assertThat(browser.text("$('panel').innerText")).as("rewrites and loop program")
                .contains("− %").contains("+ %").contains("kernel ");
        assertThat(browser.problems()).isEmpty();
    }

    @Test
    void theKeyboardWorksAlone() {
        open("keys", model, "--no-measure");
        browser.text("picture.tree.closeAll() || picture.draw() || document.querySelector('#picture .part').focus()");
        browser.key("Enter");
        assertThat(browser.text("document.activeElement.getAttribute('aria-expanded')")).isEqualTo("true");
        double before = browser.number("picture.view.x");
        browser.key("ArrowLeft");
        assertThat(browser.number("picture.view.x")).isGreaterThan(before);
        double scale = browser.number("picture.view.scale");
        browser.key("+");
        assertThat(browser.number("picture.view.scale")).isGreaterThan(scale);
    }

    @Test
    void searchFindsAndGoesThere() {
        open("search", model, "--no-measure");
        browser.text("picture.tree.closeAll() || picture.draw()");
        browser.text("$('search').focus() || ($('search').value = 'block.2 matmul')");
        browser.text("$('search').dispatchEvent(new Event('input'))");
        assertThat(browser.text("$('hit-count').textContent")).isEqualTo("1 found");
        browser.key("Enter");
        assertThat(browser.text("picture.chosen.node.origins[0]")).isEqualTo("/net/block.2/fc/MatMul");
        assertThat(browser.text("picture.drawn.has(picture.chosen.id)")).as("what hid it is open").isEqualTo("true");
    }

    @Test
    void tablesAreSortedByTheirHeaders() {
        open("tables", model, "--measure-seconds", "0.2");
        var column = "[...document.querySelectorAll('#node-table tbody tr')].map(r => r.cells[0].textContent).join()";
        assertThat(browser.text("document.querySelector('#node-table [aria-sort=descending]').textContent"))
                .isEqualTo("time");
        browser.click("document.querySelector('#node-table th button')");
        var ascending = browser.text(column);
        assertThat(ascending.split(",")).isSorted().hasSize(4);
        browser.click("document.querySelector('#node-table th button')");
        assertThat(browser.text(column).split(",")).containsExactly(reversed(ascending.split(",")));
    }

    private static String[] reversed(String[] texts) {
        return List.of(texts).reversed().toArray(String[]::new);
    }

    @Test
    void theGraphBeforeThePassesIsThereToo() {
        open("before", model, "--no-measure");
        browser.click("$('show-before')");
        assertThat(browser.number("picture.tree.root.sums.count")).isEqualTo(13);
        browser.text("picture.goTo(picture.tree.leaves.find(l => l.node.name === 'Relu'))");
        assertThat(browser.text("$('panel').textContent")).as("what became of it").contains("rewrites (", "fuse");
        browser.text("picture.goTo(picture.tree.leaves.find(l => l.node.op === 'permute'))");
        assertThat(browser.text("$('panel').textContent")).contains("it is gone after the passes");
        browser.text("picture.goTo(picture.tree.leaves.find(l => l.node.origins[0] === '/net/block.1/fc/Add'))");
        browser.click("[...$('panel').querySelectorAll('button')].find(b => b.textContent.includes('fc/MatMul')"
                + " && b.textContent.startsWith('matmul + add'))");
        assertThat(browser.text("picture.tree === TREES.after && picture.chosen.node.origins[0]"))
                .isEqualTo("/net/block.1/fc/MatMul");
        assertThat(browser.problems()).isEmpty();
    }

    @Test
    void aJarTellsWhatItShips() {
        var jar = folder.resolve("small.jar");
        assertThat(CommandLineRun.of(List.of("compile", model, "-o", jar)).code()).isZero();
        var page = open("jar", jar, "--measure-seconds", "0.2");
        fine(page);
        assertThat(browser.text("$('show-before').disabled")).isEqualTo("true");
        assertThat(browser.number("TREES.after.root.sums.nanos")).isPositive();
        assertThat(browser.number("TREES.after.root.sums.count")).isEqualTo(4);
        assertThat(browser.number("REPORT.kernels.length")).isPositive();
        assertThat(browser.number("TREES.after.leaves.filter(l => l.node.weights > 0 && l.node.zeros === 0.5).length"))
                .as("sparsity of weights that the jar has only packed").isEqualTo(4);
    }

    /** Sizes that data tells cut a model into blocks; what each has in the arenas is seen when the model runs. */
    @Test
    void blocksOfAScriptHaveTheirMemoryDrawn() throws IOException {
        var scripted = Files.write(folder.resolve("scripted.onnx"), SmallNet.scripted(4));
        fine(open("scripted", scripted, "--measure-seconds", "0.2", "--at", "batch=16"));
        assertThat(browser.number("document.querySelectorAll('.arena rect').length")).isPositive();
        assertThat(browser.text("$('memory-plan').textContent")).contains("block 0, arena f32: ");
        assertThat(browser.number("REPORT.totals.arenas")).as("intermediate results of two products")
                .isGreaterThanOrEqualTo(2 * 16 * SmallNet.WIDTH * 4);
        browser.text("document.querySelector('.arena rect').dispatchEvent(new MouseEvent('click'))");
        assertThat(browser.text("picture.chosen.node.op")).isEqualTo("matmul");
        assertThat(browser.text("$('totals').textContent")).contains("of arenas");
        fine(open("unknown", scripted, "--no-measure"));
        assertThat(browser.text("$('memory-plan').textContent")).contains("which only a run tells");
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void textCanBeReadInBothModes(String scheme) {
        browser.scheme(scheme);
        open(scheme, model, "--no-measure");
        var luminance = "(c => { const [r, g, b] = c.match(/[\\d.]+/g).slice(0, 3)"
                + ".map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });"
                + " return 0.2126 * r + 0.7152 * g + 0.0722 * b; })";
        double paper = browser.number(luminance + "(getComputedStyle(document.body).backgroundColor)");
        assertThat(paper).isBetween(scheme.equals("light") ? 0.9 : 0, scheme.equals("light") ? 1 : 0.1);
        for (var element : List.of("body", "header p", "nav a", ".hint", "#totals dt")) {
            double text = browser.number(luminance + "(getComputedStyle(document.querySelector('" + element
                    + "')).color)");
            assertThat((Math.max(text, paper) + 0.05) / (Math.min(text, paper) + 0.05)).as(element)
                    .isGreaterThan(4.5);
        }
    }

    @Test
    void arenasAreDrawnWithinTheirSize() {
        open("memory", model, "--no-measure", "--at", "batch=4");
        assertThat(browser.number("document.querySelectorAll('.arena rect').length")).isPositive();
        assertThat(browser.number("Math.max(...REPORT.arenas.flatMap(a => a.parts.map(p => p.offset + p.bytes)))"))
                .isLessThanOrEqualTo(browser.number("REPORT.totals.arenas"));
    }

    @Test
    void wrongOptionsAreSaid() {
        assertThat(CommandLineRun.of(List.of("inspect", model, "--html", folder.resolve("x.html"), "--at", "batch=2",
                "--at", "batch=3")).code()).isEqualTo(2);
        assertThat(CommandLineRun.of(List.of("inspect", model, "--html", folder.resolve("x.html"), "--measure-seconds",
                "0")).code()).isEqualTo(2);
    }
}
