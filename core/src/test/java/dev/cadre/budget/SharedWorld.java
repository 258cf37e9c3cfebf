// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.price.Money;
import dev.cadre.share.BudgetRow;
import dev.cadre.share.BudgetWindow;
import dev.cadre.share.MemoryBudgetStore;
import dev.cadre.share.SyncAnswer;
import dev.cadre.share.SyncAnswer.Sums;
import dev.cadre.share.SyncRequest;
import dev.cadre.share.SyncRequest.Stay;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Some processes, one store, and a network that loses, repeats and delays what it carries; processes die, leases expire, and
 * the clock of the store jumps. After each step it compares what the store counts with what was really billed or may be.
 */
final class SharedWorld {
    /** What a world may do besides the usual. */
    enum Trouble {
        LIMITS_CHANGE,
        WINDOWS,
        CLOCK_JUMPS
    }

    static final Duration LEASE = Duration.ofSeconds(60);
    private static final String ORGANISATION = "acme";
    private static final List<String> TENANTS = List.of("acme/search", "acme/chat");
    private static final long LIMIT = 600;

    /** A process, and what it has really spent. */
    private final class Process {
        final String tenant = TENANTS.get(random.nextInt(TENANTS.size()));
        final SharedLedger shared = new SharedLedger(tenant, "holder-" + (++opened), LEASE);
        final List<Reservation> open = new ArrayList<>();
        final List<Ledger> allotments = new ArrayList<>();
        /** The request whose answer it waits for. */
        @Nullable
        SyncRequest pending;

        boolean isOpen;

        Ledger ledger() {
            return shared.ledger();
        }

        /** The most that is granted at once. */
        Money grantable() {
            long low = 0;
            long high = LIMIT * 2;
            while (low < high) {
                long middle = (low + high + 1) / 2;
                if (ledger().reserve(pico(middle)) instanceof Admission.Granted(Reservation reservation)) {
                    reservation.release();
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
            return pico(low);
        }
    }

    private record Answer(Process to, SyncRequest request, SyncAnswer answer) {}

    private record Sent(Process from, SyncRequest request) {}

    private final Random random;
    private final String where;
    private final Set<Trouble> troubles;
    private final MemoryBudgetStore store;
    private final List<Process> processes = new ArrayList<>();
    private final List<Sent> requests = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();
    /** What processes that have died have spent, or had in flight. */
    private final Map<String, Money> ofTheDead = new HashMap<>();

    private final Set<String> wereLowered = new HashSet<>();
    final Map<String, Integer> seen;
    private int opened;

    SharedWorld(long seed, Set<Trouble> troubles, Map<String, Integer> seen) {
        random = new Random(seed);
        where = "seed %d, %s".formatted(seed, troubles);
        this.troubles = troubles;
        this.seen = seen;
        boolean isWindowed = troubles.contains(Trouble.WINDOWS);
        store = new MemoryBudgetStore()
                .with(ORGANISATION, "", pico(LIMIT), isWindowed ? BudgetWindow.MONTH : BudgetWindow.NONE);
        for (String tenant : TENANTS) {
            store.with(tenant, ORGANISATION, pico(LIMIT * 7 / 10), isWindowed ? BudgetWindow.DAY : BudgetWindow.NONE);
        }
        for (int i = 0; i < 4; i++) {
            processes.add(new Process());
        }
    }

    void run(int steps) {
        for (int step = 0; step < steps; step++) {
            Process process = processes.get(random.nextInt(processes.size()));
            switch (random.nextInt(32)) {
                case 0, 1, 2, 3, 4, 5, 6, 7 -> reserve(process);
                case 8, 9, 10, 11, 12, 13 -> end(process);
                case 14 -> allotOrClose(process);
                case 15, 16, 17, 18 -> ask(process);
                case 19, 20, 21, 22, 23 -> deliverRequest();
                case 24, 25, 26, 27, 28 -> deliverAnswer();
                case 29 -> giveUp(process);
                case 30 -> rarely(process);
                default -> pass(Duration.ofMillis(random.nextInt(2_000)));
            }
            compare(step);
        }
    }

    private void rarely(Process process) {
        switch (random.nextInt(12)) {
            case 0 -> die(process);
            case 1 -> pass(LEASE.plusSeconds(random.nextInt(60)));
            case 2 -> changeLimit();
            case 3 -> {
                if (troubles.contains(Trouble.CLOCK_JUMPS)) {
                    pass(Duration.ofSeconds(random.nextInt(-7_200, 7_200)));
                }
            }
            case 4 -> {
                if (troubles.contains(Trouble.WINDOWS)) {
                    pass(Duration.ofHours(random.nextInt(36)));
                }
            }
            case 5 -> pass(Duration.ofDays(8)); // old leases are forgotten
            default -> {}
        }
    }

    // --- what a process does

    private void reserve(Process process) {
        if (!process.isOpen) {
            return;
        }
        Money need = random.nextInt(10) == 0
                ? process.grantable()
                : pico(1 + random.nextLong(random.nextInt(8) == 0 ? 200 : 60));
        Ledger from =
                process.allotments.isEmpty() || random.nextInt(3) > 0 ? process.ledger() : process.allotments.getLast();
        switch (from.reserve(need)) {
            case Admission.Granted(Reservation reservation) -> {
                process.open.add(reservation);
                count("granted");
            }
            case Admission.Contended contended -> count("contended");
            case Admission.Exhausted exhausted -> count("exhausted");
        }
    }

    private void allotOrClose(Process process) {
        if (!process.allotments.isEmpty() && random.nextBoolean()) {
            process.allotments.removeLast().close();
        } else if (process.isOpen) {
            try {
                process.allotments.add(process.ledger().allot(pico(1 + random.nextLong(150))));
                count("set aside");
            } catch (AllotmentRefusedException refused) {
                count("not set aside");
            }
        }
    }

    private void end(Process process) {
        if (process.open.isEmpty()) {
            return;
        }
        int index = random.nextInt(process.open.size());
        Reservation reservation = process.open.get(index);
        switch (random.nextInt(6)) {
            case 0 -> reservation.release();
            case 1 -> reservation.forfeit();
            case 2 -> {
                reservation.markSpent();
                return; // it is still open
            }
            case 3 ->
                reservation.forfeitPart(
                        pico(random.nextLong(reservation.amount().picoUsd() + 1)));
            default ->
                reservation.settle(pico(random.nextLong(reservation.amount().picoUsd() + 1)));
        }
        process.open.remove(index);
    }

    private void ask(Process process) {
        if (process.pending == null) {
            SyncRequest request = process.shared.write(Stay.GOES_ON);
            process.pending = request;
            if (random.nextInt(8) > 0) {
                requests.add(new Sent(process, request));
            }
            if (random.nextInt(6) == 0) {
                requests.add(new Sent(process, request)); // twice
            }
        }
    }

    private void giveUp(Process process) {
        if (process.pending != null) {
            count("gave up");
            process.pending = null;
        }
    }

    /** What it had in flight may be billed in full. */
    private void die(Process process) {
        count("died");
        if (process.isOpen) {
            Money spent = process.ledger().sums().committed();
            List.of(ORGANISATION, process.tenant).forEach(name -> ofTheDead.merge(name, spent, Money::plus));
        }
        processes.set(processes.indexOf(process), new Process());
    }

    // --- the network and the store

    private void deliverRequest() {
        if (requests.isEmpty()) {
            return;
        }
        Sent sent = requests.remove(random.nextInt(10) == 0 ? random.nextInt(requests.size()) : requests.size() - 1);
        SyncAnswer answer = store.sync(sent.request());
        if (answer.hadExpired()) {
            count("came back");
        }
        if (answer.sequence() != sent.request().sequence()) {
            count("too late");
        }
        if (random.nextInt(8) > 0) {
            answers.add(new Answer(sent.from(), sent.request(), answer));
        }
    }

    private void deliverAnswer() {
        if (answers.isEmpty()) {
            return;
        }
        Answer next = answers.remove(random.nextInt(answers.size()));
        Process to = next.to();
        if (to.pending == next.request()) {
            to.pending = null;
            to.isOpen |= to.shared.take(next.request(), next.answer());
        }
    }

    private void pass(Duration time) {
        store.setTime(store.time().plus(time));
    }

    private void changeLimit() {
        if (troubles.contains(Trouble.LIMITS_CHANGE)) {
            String name = random.nextBoolean() ? ORGANISATION : TENANTS.get(random.nextInt(TENANTS.size()));
            Money before = store.budget(name).limit();
            Money after = pico(random.nextLong(LIMIT * 2));
            store.setLimit(name, after);
            if (before.isMoreThan(after)) {
                wereLowered.add(name);
            }
        }
    }

    // --- what must hold at every instant

    private void compare(int step) {
        for (String name : List.of(ORGANISATION, TENANTS.get(0), TENANTS.get(1))) {
            Money real = ofTheDead.getOrDefault(name, Money.ZERO);
            for (Process process : processes) {
                if (process.isOpen && (name.equals(ORGANISATION) || name.equals(process.tenant))) {
                    real = real.plus(process.ledger().sums().committed());
                }
            }
            assertThat(store.counted(name))
                    .as("%s, step %d: '%s' counts what is spent or may be", where, step, name)
                    .isGreaterThanOrEqualTo(real);
            BudgetRow row = store.budget(name);
            if (!wereLowered.contains(name)) {
                assertThat(row.sums().committed())
                        .as("%s, step %d: '%s' is within its limit", where, step, name)
                        .isLessThanOrEqualTo(row.limit());
            }
            Money held = store.leases().stream()
                    .filter(lease -> lease.budget().equals(name))
                    .map(lease -> lease.held())
                    .reduce(Money.ZERO, Money::plus);
            assertThat(row.sums().held())
                    .as("%s, step %d: the leases of '%s'", where, step, name)
                    .isEqualTo(held);
        }
    }

    /** Lets everybody finish in a world without trouble: nothing is held any more, and all that is free can be had. */
    void comeToRest() {
        allAttemptsEnd();
        nobodyWaitsForEver();
        processes.forEach(process -> process.allotments.forEach(Ledger::close));
        processes.forEach(this::talk);
        processes.forEach(this::talk);
        allIsFree();
    }

    private void allAttemptsEnd() {
        requests.clear();
        answers.clear();
        for (Process process : processes) {
            process.pending = null;
            talk(process);
            List.copyOf(process.open).forEach(open -> open.settle(Money.ZERO));
            process.open.clear();
            talk(process);
            talk(process);
        }
        store.setTime(later(Instant.MIN).plus(LEASE).plusSeconds(1)); // what the dead hold is forfeited
        processes.forEach(this::talk);
        processes.forEach(this::talk);
    }

    /** Only what is set aside stands in the way, and that does not come back: nobody may wait for it. */
    private void nobodyWaitsForEver() {
        Map<Process, Money> waiting = new LinkedHashMap<>();
        processes.forEach(process -> waiting.put(process, pico(1 + random.nextLong(LIMIT / 3))));
        for (int round = 0; round < 20; round++) {
            for (Process process : processes) {
                Money need = waiting.get(process);
                if (need != null && isAnswered(process, need)) {
                    waiting.remove(process);
                }
                talk(process);
            }
        }
        assertThat(waiting).as("%s: who waits for ever", where).isEmpty();
    }

    private boolean isAnswered(Process process, Money need) {
        switch (process.ledger().reserve(need)) {
            case Admission.Granted(Reservation reservation) -> {
                count("granted at last");
                reservation.settle(Money.ZERO);
                return true;
            }
            case Admission.Contended contended -> {
                return false;
            }
            case Admission.Exhausted exhausted -> {
                count("exhausted at last");
                assertThat(List.of(ORGANISATION, process.tenant))
                        .as("%s: no money for %s: %s", where, need, exhausted.message())
                        .anyMatch(name -> store.budget(name).breached()
                                || need.plus(taken(name))
                                        .isMoreThan(store.budget(name).limit()));
                return true;
            }
        }
    }

    /** What is spent and what is set aside. */
    private Money taken(String name) {
        Money aside = processes.stream()
                .filter(process -> name.equals(ORGANISATION) || name.equals(process.tenant))
                .map(process -> process.ledger().sums().setAside())
                .reduce(Money.ZERO, Money::plus);
        Sums sums = store.budget(name).sums();
        return sums.settled().plus(sums.forfeited()).plus(aside);
    }

    private void allIsFree() {
        assertThat(store.budget(ORGANISATION).sums().held()).as(where).isEqualTo(Money.ZERO);
        for (Process process : processes) {
            Money free = store.budget(ORGANISATION)
                    .limit()
                    .minusOrZero(store.budget(ORGANISATION).sums().committed())
                    .atMost(store.budget(process.tenant)
                            .limit()
                            .minusOrZero(store.budget(process.tenant).sums().committed()));
            if (free.isZero()) {
                continue;
            }
            assertThat(process.ledger().reserve(free.plus(pico(1))))
                    .as("%s: more than %s", where, free)
                    .isInstanceOf(Admission.Exhausted.class);
            Admission first = process.ledger().reserve(free);
            talk(process);
            Admission second =
                    first instanceof Admission.Contended ? process.ledger().reserve(free) : first;
            assertThat(second).as("%s: all of %s", where, free).isInstanceOf(Admission.Granted.class);
            ((Admission.Granted) second).reservation().release();
            talk(process);
            talk(process);
        }
    }

    private Instant later(Instant least) {
        return store.leases().stream()
                .map(lease -> lease.term().expiresAt())
                .reduce(store.time(), (one, other) -> one.isAfter(other) ? one : other);
    }

    private void talk(Process process) {
        SyncRequest request = process.shared.write(Stay.GOES_ON);
        process.isOpen |= process.shared.take(request, store.sync(request));
    }

    private void count(String what) {
        seen.merge(what, 1, Integer::sum);
    }

    static Money pico(long amount) {
        return Money.ofPico(amount);
    }
}
