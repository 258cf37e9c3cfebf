// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cadre.computer.Action;
import dev.cadre.computer.Environment;
import dev.cadre.computer.Risk;
import dev.cadre.computer.Scene;
import dev.cadre.computer.Screenshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A page in a headless Chromium: 1,024 by 768 pixels, a profile of its own that is deleted at the end, no downloads, and no
 * way to any origin that was not allowed. What scripts of an allowed page do on a click cannot be told before it.
 */
public final class Chromium implements Environment {
    /** What is in its own world of every document before any script of the page; again it does nothing. */
    private static final String EYES = resource("passwords.js") + resource("scene.js") + resource("guard.js");

    private static final String SCENE = "globalThis[Symbol.for('cadre.scene')].";
    private static final String GUARD = "globalThis[Symbol.for('cadre.guard')].";
    private static final String WORLD = "cadre";
    private static final String SETTLED = resource("settled.js");
    /** Outside of the screen: a button that is let go there has hit nothing. */
    private static final Action.Point NOWHERE = new Action.Point(-1, -1);

    private static final Map<String, Object> AS_A_VALUE = Map.of("returnByValue", true);
    /** Elements with what is said of a tree of theirs, and without what is in them. */
    private static final Map<String, Object> WITH_TREES = Map.of(
            "serializationOptions",
            Map.of(
                    "serialization",
                    "deep",
                    "maxDepth",
                    1,
                    "additionalParameters",
                    Map.of("maxNodeDepth", 0, "includeShadowTree", "none")));

    private static final int WIDTH = 1_024;
    private static final int HEIGHT = 768;
    private static final int MILLIS_TO_SETTLE = 150;
    private static final int MILLIS_OF_A_PAUSE = 1_000;
    private static final int TRIES_WHILE_NAVIGATING = 20;

    private final ChromiumProcess process;
    private final DevTools tools;

    Chromium(ChromiumProcess process, DevTools tools) {
        this.process = process;
        this.tools = tools;
    }

    /**
     * Browsers that begin at a page.
     *
     * @param start the page; its origin is allowed
     * @param alsoAllowed addresses of further origins that may be reached
     * @throws IllegalStateException if there is no Chromium: on the path as {@code chromium}, {@code chromium-browser} or
     *     {@code google-chrome}, or where the system property {@code cadre.chromium} says
     */
    public static Environment.Source startingAt(URI start, URI... alsoAllowed) {
        Path program = ChromiumProcess.find()
                .orElseThrow(
                        () -> new IllegalStateException(
                                "no Chromium: neither chromium, chromium-browser nor google-chrome is on the path, and -Dcadre.chromium names none"));
        Set<String> origins = Stream.concat(Stream.of(start), Stream.of(alsoAllowed))
                .map(Chromium::origin)
                .collect(Collectors.toSet());
        return () -> open(program, start, origins);
    }

    /** Whether there is a Chromium. */
    public static boolean isInstalled() {
        return ChromiumProcess.find().isPresent();
    }

    static Chromium open(Path program, URI start, Set<String> origins) throws IOException, InterruptedException {
        Chromium chromium = empty(program, origins);
        try {
            chromium.begin(start);
            return chromium;
        } catch (IOException | InterruptedException | RuntimeException failure) {
            chromium.close();
            throw failure;
        }
    }

    /** One that has started and shows nothing yet. */
    static Chromium empty(Path program, Set<String> origins) throws IOException, InterruptedException {
        ChromiumProcess process = ChromiumProcess.start(program, origins);
        try {
            return new Chromium(process, DevTools.connect(process.answers(), process.commands()));
        } catch (IOException | InterruptedException | RuntimeException failure) {
            process.close();
            throw failure;
        }
    }

    static String origin(URI address) {
        String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
        if (!Set.of("http", "https").contains(scheme) || address.getHost() == null) {
            throw new IllegalArgumentException("no http or https address: " + address);
        }
        int port = address.getPort() >= 0 ? address.getPort() : scheme.equals("https") ? 443 : 80;
        return "%s://%s:%d".formatted(scheme, address.getHost(), port);
    }

    /** Goes to the first page. */
    void begin(URI start) throws IOException, InterruptedException {
        tools.call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", WIDTH, "height", HEIGHT, "deviceScaleFactor", 1, "mobile", false));
        tools.call("Browser.setDownloadBehavior", Map.of("behavior", "deny"));
        tools.call("Emulation.setFocusEmulationEnabled", Map.of("enabled", true));
        tools.call("Page.enable", Map.of());
        tools.call("Page.setInterceptFileChooserDialog", Map.of("enabled", true));
        tools.call("Page.addScriptToEvaluateOnNewDocument", Map.of("source", EYES, "worldName", WORLD));
        tools.call("Page.navigate", Map.of("url", start.toString()));
        settle(MILLIS_TO_SETTLE);
    }

    @Override
    public Screenshot screenshot() throws IOException, InterruptedException {
        JsonNode answer = tools.call("Page.captureScreenshot", Map.of("format", "png"));
        return Screenshot.png(Base64.getDecoder().decode(answer.path("data").asText()));
    }

    @Override
    public Scene scene(Action action) throws IOException, InterruptedException {
        if (action instanceof Action.Drag drag) {
            return scene(drag);
        }
        if (action instanceof Action.Click || action instanceof Action.DoubleClick) {
            pointAt(action.points().getFirst());
        }
        return look(action);
    }

    /** What a drag begins at is what lies there when the pointer is there, and so for its end. */
    private Scene scene(Action.Drag drag) throws IOException, InterruptedException {
        pointAt(drag.path().getLast());
        Scene atEnd = look(drag);
        pointAt(drag.path().getFirst());
        Scene atStart = look(drag);
        var risks = EnumSet.noneOf(Risk.class);
        risks.addAll(atEnd.risks());
        risks.addAll(atStart.risks());
        String target = atStart.target().equals(atEnd.target())
                ? atStart.target()
                : atStart.target() + "; " + atEnd.target() + " when the pointer is at the end";
        return Scene.of(atStart.address(), atStart.title(), target, risks);
    }

    /** A page may look different where the pointer is, with no script at all. */
    private void pointAt(Action.Point point) throws IOException, InterruptedException {
        mouse("mouseMoved", point, "none", Map.of(), List.of());
        settle(MILLIS_TO_SETTLE);
    }

    /** The scene as the pointer is. */
    private Scene look(Action action) throws IOException, InterruptedException {
        JsonNode answer = see(question(action));
        Set<Risk> risks = risks(answer);
        if (action instanceof Action.Click click
                && Set.of(Action.Button.BACK, Action.Button.FORWARD).contains(click.button())) {
            risks.add(Risk.UNKNOWN); // pages of the past are not to be seen
        }
        return Scene.of(
                answer.path("address").asText(),
                answer.path("title").asText(),
                answer.path("target").asText(),
                risks);
    }

    private JsonNode see(String question) throws IOException, InterruptedException {
        JsonNode answer = evaluate(SCENE + question);
        return lookInto() ? evaluate(SCENE + question) : answer;
    }

    /**
     * Looks at what the next event will hit: its judge in the page knows then what is hidden there, and in a frame it has none.
     *
     * @throws IllegalStateException if that risks more than was approved
     */
    private void requireApproved(Approved approved, String question) throws IOException, InterruptedException {
        JsonNode now = see(question);
        if (!approved.allows(now)) {
            throw refusal(now);
        }
    }

    private static IllegalStateException refusal(JsonNode now) {
        return new IllegalStateException("the page has changed: %s would now risk %s"
                .formatted(now.path("target").asText(), risks(now)));
    }

    private static Set<Risk> risks(JsonNode scene) {
        var risks = EnumSet.noneOf(Risk.class);
        scene.path("risks").forEach(risk -> risks.add(Risk.valueOf(risk.asText())));
        return risks;
    }

    /**
     * Tells the page's own world which of the elements that it judged hide a tree from all scripts.
     *
     * @return whether any does
     */
    private boolean lookInto() throws IOException, InterruptedException {
        JsonNode elements = evaluate(SCENE + "ask()", WITH_TREES).at("/deepSerializedValue/value");
        if (!elements.isArray()) {
            throw new IllegalStateException("this Chromium is too old: it does not say which elements hide a tree");
        }
        var hiding = new ArrayList<Integer>();
        for (int i = 0; i < elements.size(); i++) {
            JsonNode tree = elements.get(i).at("/value/shadowRoot");
            if (!tree.isNull() && !tree.at("/value/mode").asText().equals("open")) {
                hiding.add(i);
            }
        }
        if (!hiding.isEmpty()) {
            evaluate(SCENE + "hide(%s)".formatted(hiding));
        }
        return !hiding.isEmpty();
    }

    private static String question(Action action) {
        return switch (action) {
            case Action.Click click -> at("click", click.at(), click.held());
            case Action.DoubleClick twice -> at("click", twice.at(), twice.held());
            case Action.Drag drag ->
                look(
                        Keys.alt(drag.held()) + "drag",
                        drag.path().getFirst(),
                        drag.path().getLast());
            case Action.Type type -> focused(type.text().contains("\n") ? "type+enter" : "type");
            case Action.Press press -> focused(Keys.alt(press.keys()) + pressing(Keys.others(press.keys())));
            case Action.Look look -> focused("");
            case Action.Pause pause -> focused("");
            case Action.Move move -> focused("");
            case Action.Scroll scroll -> focused("");
        };
    }

    private static String pressing(List<Keys.Key> keys) {
        return keys.contains(Keys.ENTER) ? "press+enter" : keys.contains(Keys.SPACE) ? "press+space" : "press";
    }

    private static String focused(String how) {
        return "look('%s', null, null, null, null)".formatted(how);
    }

    private static String at(String how, Action.Point point, List<String> held) {
        return "look('%s', %d, %d, null, null)".formatted(Keys.alt(held) + how, point.x(), point.y());
    }

    private static String look(String how, Action.Point from, Action.Point to) {
        return "look('%s', %d, %d, %d, %d)".formatted(how, from.x(), from.y(), to.x(), to.y());
    }

    @Override
    public void perform(Action action, Scene judged) throws IOException, InterruptedException {
        switch (action) {
            case Action.Look look -> {}
            case Action.Pause pause -> settle(MILLIS_OF_A_PAUSE);
            case Action.Click click -> click(new Approved(action, judged), click.at(), click.button(), 1, click.held());
            case Action.DoubleClick twice -> {
                var approved = new Approved(action, judged);
                click(approved, twice.at(), Action.Button.LEFT, 1, twice.held());
                click(approved.further(), twice.at(), Action.Button.LEFT, 2, twice.held());
            }
            case Action.Move move -> mouse("mouseMoved", move.to(), "none", Map.of(), move.held());
            case Action.Scroll scroll ->
                mouse(
                        "mouseWheel",
                        scroll.at(),
                        "none",
                        Map.of("deltaX", scroll.right(), "deltaY", scroll.down()),
                        scroll.held());
            case Action.Drag drag -> drag(drag, new Approved(action, judged));
            case Action.Type type -> type(type.text(), new Approved(action, judged));
            case Action.Press press -> press(press, new Approved(action, judged));
        }
        settle(MILLIS_TO_SETTLE);
    }

    /** A part of an action, which the page does in one step of its own. */
    private interface Part {
        void send() throws IOException, InterruptedException;
    }

    /**
     * What may be hit. An action of several parts was judged as a whole: a further part may hit something else than the first,
     * but risk no more.
     */
    private record Approved(
            String how, String address, @Nullable String target, Set<Risk> risks) {
        Approved(Action action, Scene judged) {
            this(action instanceof Action.Drag ? "drag" : "", judged.address(), judged.target(), judged.risks());
        }

        /** What a question about a part begins with, if others came before it. */
        String then() {
            return target == null ? "then+" : "";
        }

        Approved further() {
            return new Approved(how, address, null, risks);
        }

        boolean allows(JsonNode scene) {
            return risks.containsAll(Chromium.risks(scene));
        }

        /** Whether what is hit may be out of sight, such as another document in a frame. */
        boolean mayBeUnseen() {
            return risks.contains(Risk.UNKNOWN);
        }
    }

    /**
     * Has the page itself judge a part while it happens: what is hit then, not what was seen before.
     *
     * @throws IllegalStateException if that was not approved, and so was not done
     */
    private void guarded(Approved approved, Part part) throws IOException, InterruptedException {
        evaluate("%sopen(%s)".formatted(GUARD, DevTools.json(approved)));
        part.send();
        JsonNode refused = evaluate(GUARD + "close().refused");
        if (refused.isObject()) {
            throw refusal(refused);
        }
    }

    /** The pointer is there: the scene was looked at with it there. */
    private void click(Approved approved, Action.Point at, Action.Button button, int count, List<String> held)
            throws IOException, InterruptedException {
        String name = button.name().toLowerCase(Locale.ROOT);
        guarded(approved, () -> {
            mouse("mousePressed", at, name, Map.of("clickCount", count), held);
            boolean isHere = approved.mayBeUnseen() || isSeen();
            boolean unused = lookInto(); // what was pressed: the click at the release is judged by it
            mouse("mouseReleased", isHere ? at : NOWHERE, name, Map.of("clickCount", count), held);
            requireSeen(isHere);
        });
    }

    /** Whether the page itself has got an event since something was approved; a frame in it gets its own. */
    private boolean isSeen() throws IOException, InterruptedException {
        return evaluate(GUARD + "isSeen()").asBoolean();
    }

    private static void requireSeen(boolean isSeen) {
        if (!isSeen) {
            throw new IllegalStateException("the page has changed: something else is there");
        }
    }

    private void drag(Action.Drag drag, Approved approved) throws IOException, InterruptedException {
        Map<String, Object> once = Map.of("clickCount", 1);
        Action.Point start = drag.path().getFirst();
        Action.Point last = drag.path().getLast();
        guarded(approved, () -> {
            Action.Point end = NOWHERE;
            mouse("mousePressed", start, "left", once, drag.held());
            try {
                requireSeen(approved.mayBeUnseen() || isSeen());
                boolean unused = lookInto();
                for (Action.Point point : drag.path()) {
                    mouse("mouseMoved", point, "left", Map.of("buttons", 1), drag.held());
                }
                requireApproved(approved, at("drop", last, drag.held()));
                end = last;
            } finally {
                if (end.equals(NOWHERE)) {
                    tools.call("Input.cancelDragging", Map.of()); // it would be dropped where it was last
                }
                mouse("mouseReleased", end, "left", once, drag.held());
            }
        });
    }

    private void mouse(String type, Action.Point at, String button, Map<String, Object> more, List<String> held)
            throws IOException, InterruptedException {
        var event = new HashMap<>(more);
        event.putAll(
                Map.of("type", type, "x", at.x(), "y", at.y(), "button", button, "modifiers", Keys.modifiers(held)));
        tools.call("Input.dispatchMouseEvent", event);
    }

    private void type(String text, Approved approved) throws IOException, InterruptedException {
        Approved next = approved;
        for (String line : text.splitWithDelimiters("\n", 0)) {
            if (line.isEmpty()) {
                continue;
            }
            Approved part = next;
            if (line.equals("\n")) {
                press(new Action.Press(List.of("ENTER")), part);
                settle(MILLIS_TO_SETTLE); // a page that answers may have a frame that takes the focus
            } else {
                guarded(part, () -> {
                    requireApproved(part, focused(part.then() + "type"));
                    tools.call("Input.insertText", Map.of("text", line));
                });
            }
            next = approved.further();
        }
    }

    private void press(Action.Press press, Approved approved) throws IOException, InterruptedException {
        List<Keys.Key> keys = Keys.others(press.keys());
        int modifiers = Keys.modifiers(press.keys());
        var down = new ArrayList<Keys.Key>();
        Approved next = approved;
        try {
            for (Keys.Key key : keys) {
                Approved part = next;
                guarded(part, () -> {
                    requireApproved(part, focused(part.then() + Keys.alt(press.keys()) + pressing(List.of(key))));
                    down.add(key);
                    key(key, "keyDown", modifiers);
                });
                next = approved.further();
            }
        } finally {
            Approved last = approved.further();
            guarded(last, () -> {
                for (Keys.Key key : down.reversed()) {
                    if (last.allows(see(focused("release")))) {
                        key(key, "keyUp", modifiers);
                    }
                }
            });
        }
    }

    private void key(Keys.Key key, String type, int modifiers) throws IOException, InterruptedException {
        tools.call("Input.dispatchKeyEvent", key.event(type, modifiers));
    }

    /** Waits for that long, and then until the page is complete. */
    private void settle(int millis) throws IOException, InterruptedException {
        evaluate(SETTLED + "(%d)".formatted(millis));
    }

    /** Asks in a world that the page's own scripts cannot touch; asks again when the page goes away meanwhile. */
    private JsonNode evaluate(String script) throws IOException, InterruptedException {
        return evaluate(script, AS_A_VALUE).path("value");
    }

    private JsonNode evaluate(String script, Map<String, Object> answered) throws IOException, InterruptedException {
        for (int tries = 1; ; tries++) {
            try {
                JsonNode world =
                        tools.call("Page.createIsolatedWorld", Map.of("frameId", tools.page(), "worldName", WORLD));
                var question = new HashMap<>(answered);
                question.put("expression", EYES + script);
                question.put("contextId", world.path("executionContextId").asInt());
                question.put("awaitPromise", true);
                JsonNode answer = tools.call("Runtime.evaluate", question);
                if (answer.has("exceptionDetails")) {
                    String thrown =
                            answer.at("/exceptionDetails/exception/description").asText();
                    throw new IllegalStateException("the page cannot be judged: "
                            + thrown.lines().findFirst().orElse("nothing says why"));
                }
                return answer.path("result");
            } catch (DevTools.RefusedException navigating) {
                if (tries == TRIES_WHILE_NAVIGATING) {
                    throw navigating;
                }
            }
        }
    }

    @Override
    public void close() {
        tools.close();
        process.close();
    }

    private static String resource(String name) {
        try (var file = Chromium.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException(name + " is missing beside " + Chromium.class.getName());
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(name + " cannot be read", unreadable);
        }
    }
}
