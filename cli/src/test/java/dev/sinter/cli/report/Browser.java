package dev.sinter.cli.report;

import dev.sinter.cli.JsonObject;
import dev.sinter.cli.demo.Json;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A headless Chromium with one page, spoken to by its
 * <a href="https://chromedevtools.github.io/devtools-protocol/">DevTools protocol</a>.
 */
final class Browser implements AutoCloseable {
    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome");
    private static final Pattern LISTENING = Pattern.compile("DevTools listening on (ws://\\S+)");
    private static final long PATIENCE_SECONDS = 120;
    /** How long a process has to end. */
    private static final long ENDING_SECONDS = 20;

    private final Process process;
    private final HttpClient client;
    private final WebSocket socket;
    private final BlockingQueue<Json.Obj> received = new LinkedBlockingQueue<>();
    private final List<Json.Obj> events = new ArrayList<>();
    private String session = "";
    private int next = 1;

    private Browser(Process process, String address) {
        this.process = process;
        this.client = HttpClient.newHttpClient();
        this.socket = client.newWebSocketBuilder().buildAsync(URI.create(address), new Listener(received)).join();
    }

    /** Puts together what comes in pieces. */
    private static final class Listener implements WebSocket.Listener {
        private final BlockingQueue<Json.Obj> received;
        private final StringBuilder text = new StringBuilder();

        Listener(BlockingQueue<Json.Obj> received) {
            this.received = received;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                received.add((Json.Obj) Json.parse(text.toString()));
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }

    /** The browser of this machine; where there is none, the test is skipped. */
    static Path requireInstalled() {
        var program = installed();
        Assumptions.assumeTrue(program.isPresent(), "no Chromium: neither -Dsinter.chromium=FILE nor "
                + String.join(", ", NAMES) + " on the PATH");
        return program.get();
    }

    /** That of the property {@code sinter.chromium}, or one of the usual names. */
    private static Optional<Path> installed() {
        var named = System.getProperty("sinter.chromium");
        if (named != null) {
            return Optional.of(Path.of(named));
        }
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable).findFirst();
    }

    /** Starts a browser with an empty page. */
    static Browser start(Path folder) throws IOException {
        var process = new ProcessBuilder(requireInstalled().toString(), "--headless", "--no-sandbox", "--disable-gpu",
                "--no-first-run", "--disable-extensions", "--disable-background-networking", "--hide-scrollbars",
                "--window-size=1500,1000", "--remote-debugging-port=0", "--user-data-dir=" + folder.resolve("profile"),
                "about:blank")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        var browser = new Browser(process, address(process));
        try {
            var target = browser.call("Target.createTarget", Map.of("url", "about:blank"));
            browser.session = browser.call("Target.attachToTarget",
                    Map.of("targetId", target.string("targetId"), "flatten", true)).string("sessionId");
            for (var domain : List.of("Page", "Runtime", "Log", "Network", "Accessibility")) {
                browser.call(domain + ".enable", Map.of());
            }
            return browser;
        } catch (RuntimeException e) {
            browser.close();
            throw e;
        }
    }

    private static String address(Process process) throws IOException {
        BufferedReader err = process.errorReader();
        for (var line = err.readLine(); line != null; line = err.readLine()) {
            var found = LISTENING.matcher(line);
            if (found.find()) {
                Thread.ofVirtual().start(() -> err.lines().forEach(rest -> {
                    // nobody reads it, but the browser must be able to write
                }));
                return found.group(1);
            }
        }
        throw new IOException("the browser ended before it listened, with " + process.exitValue());
    }

    /** Calls a method of the protocol and returns its result; events that come meanwhile are kept. */
    Json.Obj call(String method, Map<String, ?> parameters) {
        int id = next++;
        var message = new JsonObject().put("id", id).put("method", method).put("params", parameters);
        if (!session.isEmpty()) {
            message.put("sessionId", session);
        }
        socket.sendText(message.toString(), true).join();
        while (true) {
            var answer = take();
            if (answer.get("id") instanceof Json.Num(var number) && number == id) {
                if (answer.get("error") instanceof Json.Obj error) {
                    throw new IllegalStateException(method + ": " + error.string("message"));
                }
                return answer.object("result");
            }
            events.add(answer);
        }
    }

    private Json.Obj take() {
        try {
            var answer = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (answer == null) {
                throw new IllegalStateException("the browser says nothing");
            }
            return answer;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Opens a file and waits until it is loaded, scripts and all. */
    void open(Path file) {
        events.clear();
        call("Page.navigate", Map.of("url", file.toUri().toString()));
        while (events.stream().noneMatch(e -> e.string("method").equals("Page.loadEventFired"))) {
            events.add(take());
        }
    }

    /** The value of an expression as text. */
    String text(String expression) {
        var result = call("Runtime.evaluate", Map.of("expression", "Promise.resolve(" + expression + ").then(String)",
                "awaitPromise", true, "returnByValue", true));
        if (result.get("exceptionDetails") instanceof Json.Obj details) {
            throw new IllegalStateException(expression + ": " + details.object("exception").string("description"));
        }
        return result.object("result").string("value");
    }

    /** The value of an expression as a number. */
    double number(String expression) {
        return Double.parseDouble(text(expression));
    }

    /** Presses the mouse in the middle of an element. */
    void click(String element) {
        var at = text("(box => box.x + box.width / 2 + ' ' + (box.y + Math.min(20, box.height / 2)))((e => {"
                + " if (!e.ownerSVGElement) e.scrollIntoView({block: 'center'}); return e; })(" + element
                + ").getBoundingClientRect())").split(" ");
        for (var type : List.of("mouseMoved", "mousePressed", "mouseReleased")) {
            call("Input.dispatchMouseEvent", Map.of("type", type, "x", Double.parseDouble(at[0]), "y",
                    Double.parseDouble(at[1]), "button", type.equals("mouseMoved") ? "none" : "left", "clickCount",
                    type.equals("mouseMoved") ? 0 : 1));
        }
    }

    /** Presses and releases a key. */
    void key(String key) {
        for (var type : List.of("keyDown", "keyUp")) {
            call("Input.dispatchKeyEvent", Map.of("type", type, "key", key));
        }
    }

    /** What went wrong since the page was opened: exceptions, errors and warnings on the console. */
    List<String> problems() {
        call("Runtime.evaluate", Map.of("expression", "0"));
        return events.stream().filter(e -> switch (e.string("method")) {
            case "Runtime.exceptionThrown" -> true;
            case "Runtime.consoleAPICalled" -> List.of("error", "warning", "assert")
                    .contains(e.object("params").string("type"));
            case "Log.entryAdded" -> !e.object("params").object("entry").string("level").equals("info");
            default -> false;
        }).map(Json.Obj::toString).toList();
    }

    /** The addresses asked for since the page was opened. */
    List<String> requests() {
        return events.stream().filter(e -> e.string("method").equals("Network.requestWillBeSent"))
                .map(e -> e.object("params").object("request").string("url")).toList();
    }

    /** Roles of what has no accessible name but should. */
    List<String> nameless() {
        return call("Accessibility.getFullAXTree", Map.of()).array("nodes").stream().map(Json.Obj.class::cast)
                .filter(n -> n.get("ignored") instanceof Json.Bool(var ignored) && !ignored)
                .filter(n -> List.of("button", "link", "searchbox", "combobox", "textbox", "image", "application",
                        "region", "toolbar", "heading").contains(n.object("role").string("value")))
                .filter(n -> !(n.get("name") instanceof Json.Obj name
                        && name.get("value") instanceof Json.Str(var text) && !text.isBlank()))
                .map(n -> n.object("role").string("value")).toList();
    }

    /** Lets the page believe that the user likes it light or dark. */
    void scheme(String name) {
        call("Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", name))));
    }

    /** A picture of what is visible. */
    void screenshot(Path png) throws IOException {
        Files.write(png, Base64.getDecoder().decode(call("Page.captureScreenshot", Map.of()).string("data")));
    }

    @Override
    public void close() {
        socket.abort();
        client.close();
        // they may outlive it for a moment, and write into the profile while the folder is deleted
        var children = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(ENDING_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (var child : children) {
            child.destroyForcibly();
            child.onExit().completeOnTimeout(child, ENDING_SECONDS, TimeUnit.SECONDS).join();
        }
    }
}
