// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A way to a server over which nothing comes back any more, as when a network breaks. */
final class SilentWire implements AutoCloseable {
    private final ServerSocket entrance = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final PGSimpleDataSource target;
    private volatile boolean isSilent;

    private SilentWire(PGSimpleDataSource target) throws IOException {
        this.target = target;
        Thread.ofPlatform().daemon().start(this::serve);
    }

    static SilentWire to(PGSimpleDataSource target) throws IOException {
        return new SilentWire(target);
    }

    DataSource source() {
        var source = new PGSimpleDataSource();
        source.setUrl(target.getUrl());
        source.setPortNumbers(new int[] {entrance.getLocalPort()});
        source.setUser(target.getUser());
        source.setPassword(target.getPassword());
        return source;
    }

    void fallSilent() {
        isSilent = true;
    }

    private void serve() {
        try {
            while (true) {
                Socket client = entrance.accept();
                var server = new Socket(InetAddress.getLoopbackAddress(), target.getPortNumbers()[0]);
                sockets.addAll(List.of(client, server));
                Thread.ofPlatform().daemon().start(() -> pass(client, server));
                Thread.ofPlatform().daemon().start(() -> pass(server, client));
            }
        } catch (IOException closed) {
            // the end
        }
    }

    private void pass(Socket from, Socket to) {
        var buffer = new byte[8192];
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (!isSilent) {
                    out.write(buffer, 0, count);
                }
            }
        } catch (IOException closed) {
            // the end
        }
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
