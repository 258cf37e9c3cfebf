// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import dev.cadre.model.TokenUsage;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.Money;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An OpenAI server on the loopback interface: Responses and Chat Completions, plain and streamed, by script; files
 * and batches; models and input token counts.
 *
 * <p>Each request to a model gets the reply of the first rule that matches it. It logs what it is asked, bills what it generates
 * (also when the reply is lost on the way) and refuses with a 400 what the provider refuses, and what must never be
 * sent: a request without {@code max_output_tokens}, one that asks to be stored, one without a reasoning effort, a
 * schema that is not strict. Any key is good. Safe for use by many threads.
 *
 * <p>A batch goes one state further each time it is asked for: validating, in progress, finalizing, completed. Its lines
 * meet the same rules and are billed as {@link dev.cadre.model.ServiceTier#BATCH}; one whose reply has a fault is billed
 * and stands in neither file. Lines are not among the {@link #requests}.
 */
public final class LoopbackOpenAi implements AutoCloseable {
    private static final int BACKLOG = 2_000;

    private final ServerSocket listener;
    private final LoopbackLog log = new LoopbackLog();
    private final LoopbackService service = new LoopbackService(log);
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    private LoopbackOpenAi(ServerSocket listener) {
        this.listener = listener;
    }

    /** Starts a server on a free port. */
    public static LoopbackOpenAi start() {
        try {
            var server = new LoopbackOpenAi(new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()));
            server.spawn("loopback-openai", server::accept);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("no loopback port", e);
        }
    }

    /** The address to give to a client. */
    public String baseUrl() {
        return "http://127.0.0.1:" + listener.getLocalPort() + "/v1";
    }

    /** A new rule, behind those that exist. */
    public LoopbackRule on(Predicate<LoopbackRequest> condition) {
        var rule = new LoopbackRule(condition);
        service.rules.add(rule);
        return rule;
    }

    /** A rule for every request that no earlier rule matches. */
    public LoopbackRule onAny() {
        return on(request -> true);
    }

    /**
     * A rule for requests that generate nothing (models, input tokens, files, batches), which the server answers by
     * itself unless such a rule has a {@link LoopbackReply#raw}, {@link LoopbackReply#error} or
     * {@link LoopbackReply#own} reply.
     */
    public LoopbackRule onService(Predicate<LoopbackRequest> condition) {
        var rule = new LoopbackRule(condition);
        service.ownRules.add(rule);
        return rule;
    }

    /**
     * Caches prompts from now on as the provider does: exact prefixes from 1,024 tokens on in steps of 128, apart for
     * each model and {@code prompt_cache_key}. A prefix is found once a reply to it has begun, so requests that arrive
     * together all miss. Models with {@link dev.cadre.price.Capability#PROMPT_CACHE_BREAKPOINTS} find only what ends at a
     * mark, and charge for keeping it. Unless the script says how many tokens were cached or written, replies and the bill
     * tell what was.
     */
    public LoopbackOpenAi cachingPrompts() {
        service.cachePrompts();
        return this;
    }

    /** Adds a model to the list of models, or changes it; gpt-5.4, mini and nano are in it from the start. */
    public LoopbackOpenAi listing(String model, Optional<LocalDate> shutdown) {
        service.models.put(model, shutdown);
        return this;
    }

    /** Takes a model off the list of models. */
    public LoopbackOpenAi notListing(String model) {
        service.models.remove(model);
        return this;
    }

    /** A rule for what befalls batches; of several that match the first counts. */
    public LoopbackBatchRule onBatch(Predicate<LoopbackBatch> condition) {
        var rule = new LoopbackBatchRule(condition);
        service.batches.rules.add(rule);
        return rule;
    }

    /** Every batch so far, in order of arrival. */
    public List<LoopbackBatch> batches() {
        return service.batches.views();
    }

    /** From now on batches go on only when {@link #advanceBatches} is called, not by being asked for. */
    public LoopbackOpenAi holdingBatches() {
        service.batches.waitForTheTest();
        return this;
    }

    /** Moves every open batch one state further. */
    public void advanceBatches() {
        service.batches.advance();
    }

    /**
     * Changes what a batch may hold; 50,000 requests and 200 MB by default, and any number of enqueued tokens.
     *
     * @param enqueuedTokens the most input tokens in the open batches of one model
     */
    public LoopbackOpenAi limitingBatches(int requests, long bytes, long enqueuedTokens) {
        service.batches.limit(new LoopbackBatchLimits(requests, bytes, enqueuedTokens));
        return this;
    }

    /**
     * Forgets rules, requests, files, batches with what was set for them, cached prompts and bills; connections, the list
     * of models and {@link #cachingPrompts} stay.
     */
    public void reset() {
        service.forget();
        log.forget();
    }

    /** The requests so far, in order of arrival, refused ones included. */
    public List<LoopbackRequest> requests() {
        return log.requests();
    }

    /** The tokens billed so far for each model that served. */
    public Map<String, TokenUsage> billed() {
        var billed = new TreeMap<String, TokenUsage>();
        charges().forEach(charge -> billed.merge(charge.model(), charge.usage(), TokenUsage::plus));
        return Map.copyOf(billed);
    }

    /** The bill so far: an entry for each reply, in order of arrival. */
    public List<LoopbackCharge> charges() {
        return log.charges();
    }

    /** The sum of the bill at the prices of a catalogue; throws as {@link LoopbackCharge#cost} does. */
    public Money cost(ModelCatalog catalog) {
        return charges().stream().map(charge -> charge.cost(catalog)).reduce(Money.ZERO, Money::plus);
    }

    /** How many requests wait for the end of their reply. */
    public int inFlight() {
        return log.inFlight();
    }

    /** The most requests that were in flight at once. */
    public int peakInFlight() {
        return log.peakInFlight();
    }

    /** How many replies the client did not wait for: it closed the connection first. */
    public int clientCloses() {
        return log.clientCloses();
    }

    /** Waits until so many requests are in flight; false if they are not within 20 seconds. */
    public boolean awaitInFlight(int count) throws InterruptedException {
        return log.awaitInFlight(count);
    }

    /** Waits until the client has closed so many exchanges; false if it has not within 20 seconds. */
    public boolean awaitClientCloses(int count) throws InterruptedException {
        return log.awaitClientCloses(count);
    }

    /** How many connections clients hold open. */
    public int connections() {
        return log.connections();
    }

    /** Waits until clients hold so many connections open; false if they do not within 20 seconds. */
    public boolean awaitConnections(int count) throws InterruptedException {
        return log.awaitConnections(count);
    }

    /** Stops listening, drops every connection and waits for its threads. */
    @Override
    public void close() {
        quietly(listener::close);
        connections.forEach(connection -> quietly(connection::close));
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        service.files.close();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                connections.add(socket);
                if (listener.isClosed()) {
                    socket.close();
                }
                spawn("loopback-connection", () -> serve(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    /**
     * Reads one request after another. While one is handled this thread already waits for the next: what it finds
     * then is the client's hanging up.
     */
    private void serve(Socket socket) {
        @Nullable Handling handling = null;
        log.connected();
        try (socket) {
            var http = new LoopbackHttp(socket);
            while (true) {
                LoopbackHttp.Message message = http.read();
                if (handling != null) {
                    handling.thread().join();
                }
                handling = handle(http, message);
            }
        } catch (IOException | InterruptedException e) {
            if (handling != null) {
                handling.clientLeft(log);
            }
        } finally {
            connections.remove(socket);
            log.disconnected();
        }
    }

    private record Handling(Thread thread, LoopbackDelivery delivery) {
        void clientLeft(LoopbackLog log) {
            if (thread.isAlive() && !delivery.isOver()) {
                thread.interrupt();
                log.closedByClient();
            }
        }
    }

    private Handling handle(LoopbackHttp http, LoopbackHttp.Message message) {
        var headers = new LinkedHashMap<>(message.headers());
        boolean hasKey = Optional.ofNullable(headers.remove("authorization"))
                .filter(value -> value.startsWith("Bearer "))
                .isPresent();
        LoopbackRequest request = log.arrived(message, headers);
        var delivery = new LoopbackDelivery(http, service.handle(request, message, hasKey));
        log.begun();
        return new Handling(spawn("loopback-reply", () -> deliver(delivery)), delivery);
    }

    private void deliver(LoopbackDelivery delivery) {
        try {
            delivery.send();
        } catch (IOException | InterruptedException e) {
            // the client has hung up, which the reading thread notes
        } finally {
            log.ended();
        }
    }

    private Thread spawn(String name, Runnable work) {
        Thread thread = Thread.ofVirtual().name(name).unstarted(() -> {
            try {
                work.run();
            } finally {
                threads.remove(Thread.currentThread());
            }
        });
        threads.add(thread);
        thread.start();
        return thread;
    }

    private interface Closing {
        void run() throws IOException;
    }

    private static void quietly(Closing closing) {
        try {
            closing.run();
        } catch (IOException e) {
            // it is going away anyhow
        }
    }
}
