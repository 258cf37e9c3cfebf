// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL of the tests' own, on a free port of the loopback interface, with its data in a temporary folder.
 *
 * <p>A shell starts it, and waits for the end of its input, which comes with the end of this process, however that ends:
 * then it stops the server and deletes the folder. One for all tests of a process; each takes a schema of its own.
 */
final class TestPostgres {
    private static final Path OF_DEBIAN = Path.of("/usr/lib/postgresql");
    private static final int MOST_TRIES = 3;

    /** Where the server runs as somebody else, for it does not run as root. */
    private static final String SCRIPT = """
            folder=$(mktemp -d /tmp/cadre-postgres-XXXXXX) || exit 1
            cd "$folder"
            trap 'rm -rf "$folder"' EXIT
            trap '' INT TERM HUP
            echo "$3" >password
            if "$1/initdb" -D data -U cadre -A scram-sha-256 --pwfile=password -E UTF8 --locale=C -N >log 2>&1 &&
              "$1/pg_ctl" -D data -w -t 60 -l log start \\
                -o "-p $2 -k $folder -c listen_addresses=127.0.0.1 -c fsync=off" >>log 2>&1 </dev/null
            then
              echo started
              while read -r mode
              do
                "$1/pg_ctl" -D data -m "$mode" -w -t 60 -l log restart >>log 2>&1 </dev/null && echo restarted
              done
              "$1/pg_ctl" -D data -m immediate stop >/dev/null 2>&1
            else
              cat log
            fi
            """;

    private static final AtomicInteger SCHEMAS = new AtomicInteger();

    private static Optional<TestPostgres> shared = Optional.empty();

    private final int port;
    private final String password;
    private final String started;

    /** Its input stays open. */
    private final Process shell;

    private final BufferedReader output;

    private TestPostgres(Path programs, int port) throws IOException {
        this.port = port;
        this.password = UUID.randomUUID().toString();
        var command = new ArrayList<String>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"));
        }
        command.addAll(List.of("sh", "-c", SCRIPT, "sh", programs.toString(), String.valueOf(port), password));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        shell = builder.start();
        output = new BufferedReader(new InputStreamReader(shell.getInputStream(), StandardCharsets.UTF_8));
        String first = output.readLine();
        started = "started".equals(first)
                ? first
                : first + "\n" + String.join("\n", output.lines().toList());
    }

    /** The folder of the newest server that is installed. */
    private static Optional<Path> programs() {
        Stream<Path> onPath = Stream.of(System.getenv("PATH").split(":")).map(Path::of);
        return Stream.concat(onPath, versionsOfDebian().stream())
                .filter(folder -> Files.isExecutable(folder.resolve("initdb")))
                .findFirst();
    }

    private static List<Path> versionsOfDebian() {
        if (!Files.isDirectory(OF_DEBIAN)) {
            return List.of();
        }
        try (Stream<Path> versions = Files.list(OF_DEBIAN)) {
            return versions.filter(version -> version.getFileName().toString().matches("\\d{1,4}"))
                    .sorted(Comparator.comparingInt((Path version) ->
                                    Integer.parseInt(version.getFileName().toString()))
                            .reversed())
                    .map(version -> version.resolve("bin"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean isInstalled() {
        return programs().isPresent();
    }

    /** The server of this process, which the first call starts. */
    static synchronized TestPostgres shared() {
        if (shared.isEmpty()) {
            shared = Optional.of(start(programs().orElseThrow()));
        }
        return shared.get();
    }

    /** A server that no other test uses. */
    static TestPostgres ofOnesOwn() {
        return start(programs().orElseThrow());
    }

    /** Stops one that no other test uses. */
    void stop() {
        try {
            shell.outputWriter(StandardCharsets.UTF_8).close();
            shell.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops and starts the server; its sessions end. */
    void restart() {
        try {
            Writer input = shell.outputWriter(StandardCharsets.UTF_8);
            input.write("immediate\n");
            input.flush();
            String answer = output.readLine();
            if (!"restarted".equals(answer)) {
                throw new IllegalStateException("PostgreSQL does not start again: " + answer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TestPostgres start(Path programs) {
        try {
            for (int tried = 1; ; tried++) {
                var server = new TestPostgres(programs, freePort());
                if (server.started.equals("started")) {
                    return server;
                }
                // somebody may have been faster to take the port
                if (tried == MOST_TRIES) {
                    throw new IllegalStateException("PostgreSQL does not start: " + server.started);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    String password() {
        return password;
    }

    /** A new schema; its sessions have its name. */
    PGSimpleDataSource newSchema() {
        String name = "test" + SCHEMAS.incrementAndGet();
        execute("CREATE SCHEMA " + name);
        return schema(name);
    }

    private PGSimpleDataSource schema(String name) {
        var source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName("postgres");
        source.setUser("cadre");
        source.setPassword(password);
        source.setCurrentSchema(name);
        source.setApplicationName(name);
        return source;
    }

    /** As the administrator, in a session of its own. */
    void execute(String sql) {
        try (Connection connection = schema("public").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
