// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server in Node on a free loopback port; it ends with {@link #close}, and with this process however that ends. */
final class NodeServer implements AutoCloseable {
    /** A validator that compiles a description of 3 MB takes half a minute on a quiet machine. */
    private static final Duration LONGEST_START = Duration.ofMinutes(5);

    private final Process process;
    private final int port;

    private NodeServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** OpenAI's own description as a validator of requests: 422 for what it does not allow. */
    static NodeServer validator(NodeKit kit, Path description) throws IOException, InterruptedException {
        return start(kit, "prism", "@stoplight/prism-cli/dist/index.js", "mock", description.toString());
    }

    /** A provider that others wrote, with replies by script. */
    static NodeServer provider(NodeKit kit) throws IOException, InterruptedException {
        String script = kit.folder().resolve("aimock.json").toString();
        return start(kit, "aimock", "@copilotkit/aimock/dist/cli.js", "--strict", "-f", script);
    }

    private static NodeServer start(NodeKit kit, String name, String script, String... arguments)
            throws IOException, InterruptedException {
        int port = freePort();
        var command = new ArrayList<>(List.of(
                kit.node().toString(),
                "--require",
                kit.folder().resolve("end-with-parent.cjs").toString(),
                kit.script(script).toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-h", "127.0.0.1", "-p", Integer.toString(port)));
        Path log = kit.folder().resolve(name + ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        var server = new NodeServer(process, port);
        try {
            server.awaitStart(name, log);
            return server;
        } catch (IOException | InterruptedException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    String address() {
        return "http://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.onExit().join();
    }

    private void awaitStart(String name, Path log) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LONGEST_START.toNanos();
        while (!isListening()) {
            // the pause between two looks ends at once when the process does
            if (process.waitFor(200, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("%s ended: %s".formatted(name, Files.readString(log)));
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("%s does not listen after %s".formatted(name, LONGEST_START));
            }
        }
    }

    private boolean isListening() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
