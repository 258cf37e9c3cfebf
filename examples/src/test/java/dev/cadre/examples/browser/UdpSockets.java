// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The UDP sockets of the processes that this one started, as Linux lists them: some are in no log of the browser's network. */
final class UdpSockets {
    private static final int LOCAL_ADDRESS = 1;
    private static final int INODE = 9;

    private UdpSockets() {}

    /** The local addresses of those that are open now, in the system's notation. */
    static Set<String> open() throws IOException {
        var ours = new HashSet<String>();
        for (ProcessHandle each : ProcessHandle.current().descendants().toList()) {
            ours.addAll(inodes(each));
        }
        var addresses = new TreeSet<String>();
        for (String table : Set.of("/proc/net/udp", "/proc/net/udp6")) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] columns = line.strip().split("\\s+");
                if (ours.contains(columns[INODE])) {
                    addresses.add(columns[LOCAL_ADDRESS]);
                }
            }
        }
        return addresses;
    }

    private static Set<String> inodes(ProcessHandle process) {
        var inodes = new HashSet<String>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                String open = target(descriptor);
                if (open.startsWith("socket:[")) {
                    inodes.add(open.substring("socket:[".length(), open.length() - 1));
                }
            }
        } catch (IOException goneOrSandboxed) {
            // a process in a sandbox shows its own to nobody, and has no network
        }
        return inodes;
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closed) {
            return "";
        }
    }
}
