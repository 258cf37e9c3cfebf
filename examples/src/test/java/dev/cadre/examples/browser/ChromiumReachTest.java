// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cadre.computer.Action;
import dev.cadre.computer.Action.Button;
import dev.cadre.computer.Action.Point;
import dev.cadre.computer.Environment;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every way that a page has to reach what nobody allowed, taken in two browsers: in ours it leads nowhere, and in one without
 * our flags it does, so that the test would see it.
 */
@ExtendWith(RequiresChromium.class)
class ChromiumReachTest {
    private static final int SECONDS = 20;
    private static final int PAUSES = 5;

    private static final String FLAGS = "--proxy-*|--webrtc-*|--host-resolver-*|--disable-quic|--disable-features=*";

    /** Ways that lead nowhere in a headless Chromium on loopback even without our flags. */
    private static final EnumSet<WayOut> SILENT =
            EnumSet.of(WayOut.TOUCH_ICON, WayOut.PRESENTATION, WayOut.ICE_BY_A_LOCAL_NAME);

    @TempDir
    static Path folder;

    private static WaysOutSite free;
    private static WaysOutSite kept;
    private static Path freeLog;
    private static Path keptLog;

    @BeforeAll
    static void takeEveryWay() throws Exception {
        free = new WaysOutSite();
        kept = new WaysOutSite();
        freeLog = folder.resolve("free.json");
        keptLog = folder.resolve("kept.json");
        try (var both = Executors.newVirtualThreadPerTaskExecutor()) { // each waits more than it works
            Future<Path> freely = both.submit(() -> visit(free, FLAGS, freeLog, EnumSet.complementOf(SILENT)));
            Future<Path> ours = both.submit(() -> visit(kept, "nothing", keptLog, EnumSet.noneOf(WayOut.class)));
            freely.get();
            ours.get();
        }
    }

    @AfterAll
    static void stop() throws IOException {
        free.close();
        kept.close();
    }

    private static void perform(Environment page, Action action) throws Exception {
        page.perform(action, page.scene(action));
    }

    private static Path altered(String without, String... more) throws IOException {
        return AlteredBrowser.of(ChromiumProcess.find().orElseThrow(), folder, without, more);
    }

    /** Takes every way, and goes on for some seconds and until those that should lead somewhere have. */
    private static Path visit(WaysOutSite site, String without, Path log, Set<WayOut> open) throws Exception {
        URI start = site.address();
        try (Environment page =
                Chromium.open(altered(without, NetLog.into(log)), start, Set.of("http://" + site.authority()))) {
            for (Point point : site.clicks()) {
                perform(page, new Action.Click(point, Button.LEFT, List.of()));
            }
            for (int i = 0; i < PAUSES; i++) {
                perform(page, new Action.Pause());
            }
            for (WayOut way : open) {
                if (!site.canary(way).isReached(SECONDS)) {
                    break; // its test says so
                }
            }
        }
        return log;
    }

    @ParameterizedTest
    @EnumSource(WayOut.class)
    void wayOut_leadsNowhere(WayOut way) throws Exception {
        assertThat(free.canary(way).isReached(0))
                .as("reached without our flags")
                .isEqualTo(!SILENT.contains(way));
        assertThat(kept.canary(way).isReached(0)).as("reached").isFalse();
    }

    @Test
    void networkOfTheBrowser_asksForNoName_andSpeaksToTheAllowedOriginAlone() throws Exception {
        var wild = new NetLog(freeLog);
        var tame = new NetLog(keptLog);

        assertThat(wild.names()).as("without our flags").contains("prefetched.invalid", "turn.invalid");
        assertThat(wild.packets()).as("without our flags").isNotEmpty();
        assertThat(tame.names()).isEmpty();
        assertThat(tame.packets()).isEmpty();
        assertThat(tame.connections()).containsExactly(kept.authority());
    }

    /** Devices and names are looked for by multicast, past the proxy and without a line in the log. */
    @ParameterizedTest
    @CsvSource({
        "PRESENTATION, --disable-features=*, true",
        "PRESENTATION, nothing, false",
        "ICE_BY_A_LOCAL_NAME, --disable-features=*, true",
        "ICE_BY_A_LOCAL_NAME, nothing, false"
    })
    @EnabledOnOs(OS.LINUX)
    void localNetwork_isAskedForNothing(WayOut way, String without, boolean isAsked) throws Exception {
        assumeThat(localAddress()).isPresent();
        try (FormServer site = new FormServer().with(way.html("127.0.0.1:9"));
                Environment page =
                        Chromium.open(altered(without), site.address(), Set.of(Chromium.origin(site.address())))) {
            Set<String> sockets = UdpSockets.open();
            for (int i = 0; i < (isAsked ? SECONDS : PAUSES) && !isMulticast(sockets); i++) {
                perform(page, new Action.Pause());
                sockets = UdpSockets.open();
            }

            assertThat(isMulticast(sockets)).as("%s", sockets).isEqualTo(isAsked);
        }
    }

    /** WebRTC opens sockets for any address, over which nothing is sent. */
    private static boolean isMulticast(Set<String> sockets) {
        return sockets.stream().anyMatch(socket -> !socket.startsWith("0".repeat(8)));
    }

    /** WebRTC sends from the loopback address to none. */
    @ParameterizedTest
    @CsvSource({"--webrtc-*, true", "nothing, false"})
    void otherEndOfAConnection_getsNoPacket(String without, boolean isReached) throws Exception {
        Optional<InetAddress> address = localAddress();
        assumeThat(address).isPresent();
        try (Canary end = Canary.at(address.orElseThrow());
                FormServer site = new FormServer()
                        .with(WayOut.ICE_OVER_UDP.html(address.orElseThrow().getHostAddress() + ":" + end.port()));
                Environment page =
                        Chromium.open(altered(without), site.address(), Set.of(Chromium.origin(site.address())))) {
            for (int i = 0; i < PAUSES; i++) {
                perform(page, new Action.Pause());
            }

            assertThat(end.isReached(isReached ? SECONDS : 0)).isEqualTo(isReached);
        }
    }

    /** An address of this machine in a network with others. */
    private static Optional<InetAddress> localAddress() throws IOException {
        for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
            if (each.isUp() && each.supportsMulticast() && !each.isLoopback()) {
                Optional<InetAddress> address = each.inetAddresses()
                        .filter(Inet4Address.class::isInstance)
                        .findFirst();
                if (address.isPresent()) {
                    return address;
                }
            }
        }
        return Optional.empty();
    }

    /** An answer may send all later requests to another port, over UDP and past the proxy. */
    @ParameterizedTest
    @CsvSource({"--disable-quic, true", "nothing, false"})
    void otherAddressOfAnAllowedOrigin_isNotUsed(String without, boolean isReached) throws Exception {
        try (Canary elsewhere = Canary.open();
                SecureSite site = SecureSite.start(folder, "h3=\":%d\"; ma=3600".formatted(elsewhere.port()))) {
            Path program = altered(without, "--ignore-certificate-errors-spki-list=" + site.keyDigest());
            try (Environment page = Chromium.open(
                    program, site.address(), Set.of("https://" + site.address().getAuthority()))) {
                perform(page, new Action.Pause());

                assertThat(elsewhere.isReached(isReached ? SECONDS : 0)).isEqualTo(isReached);
                assertThat(page.scene(new Action.Look()).title()).isEqualTo("Secure");
            }
        }
    }
}
