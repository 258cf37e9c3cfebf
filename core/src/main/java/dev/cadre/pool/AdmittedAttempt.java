// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.budget.Reservation;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.pool.AttemptEvent.Bill;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An admitted attempt with its permit and its money, both of which it gives back exactly once. Its bill is known before
 * it is booked, so that it can be recorded while nobody else can use the money yet.
 *
 * <p>Used by one thread. Closing it ends what has not ended: the money of an attempt that was not sent is released, the
 * money of one that was sent is forfeited.
 */
final class AdmittedAttempt implements AutoCloseable {
    private final AdmissionPoint admissions;
    private final CostCalculator costs;
    private final ModelRequest request;
    private final long ticket;
    private final Reservation money;
    private final Money worst;
    private boolean sent;
    private boolean booked;
    private boolean landed;

    /** @param worst the worst case of this request, which may be less than what is reserved */
    AdmittedAttempt(
            AdmissionPoint admissions,
            CostCalculator costs,
            ModelRequest request,
            long ticket,
            Reservation money,
            Money worst) {
        this.admissions = admissions;
        this.costs = costs;
        this.request = request;
        this.ticket = ticket;
        this.money = money;
        this.worst = worst;
    }

    Money reserved() {
        return money.amount();
    }

    /** Records durably that it is about to be sent, if its budget is on record; waits for that. */
    void announce() {
        money.announce();
    }

    void markSent() {
        sent = true;
    }

    Bill bill(ModelReply reply) {
        return bill(reply.model(), reply.serviceTier(), reply.billed().orElse(null));
    }

    /**
     * The provider's bill is believed; without one, the worst case of every attempt that was not turned away unpaid.
     */
    Bill bill(ModelException failure) {
        boolean isFree = failure.charge() == Charge.FREE;
        return failure.billed()
                .filter(billed -> !isFree || cost(billed).isPresent())
                .map(billed -> bill(billed.model(), billed.serviceTier(), billed))
                .orElseGet(() -> isFree ? free() : worstCase());
    }

    /** A usage that can be true is believed; without one, the worst case of the model that answered is booked. */
    private Bill bill(String answeredBy, ServiceTier tier, ModelException.@Nullable Billed billed) {
        Optional<Money> cost = billed == null ? Optional.empty() : cost(billed);
        if (billed != null && cost.isPresent()) {
            Spend spend =
                    money.canHold(cost.get()) ? Spend.settled(cost.get(), billed.usage()) : Spend.forfeited(reserved());
            return bill(spend, answeredBy, costs.isDearer(billed));
        }
        // a cheaper tier than was asked for is not believed
        Optional<Money> dearer = Stream.of(request, request.withServiceTier(tier))
                .flatMap(sent -> costs.dearerWorstCase(sent, answeredBy).stream())
                .reduce(Money::atLeast);
        Money most = dearer.filter(money::canHold).orElse(worst).atLeast(worst);
        return bill(Spend.forfeited(most), answeredBy, dearer.isPresent());
    }

    private Bill bill(Spend spend, String answeredBy, boolean isDearer) {
        Money excess = spend.total().minusOrZero(reserved());
        return new Bill(
                spend,
                admissions.breach(request.model(), answeredBy, isDearer, excess).orElse(null));
    }

    private Optional<Money> cost(ModelException.Billed billed) {
        return costs.cost(billed, request.serviceTier(), reserved());
    }

    Bill worstCase() {
        return Bill.of(Spend.forfeited(worst));
    }

    private static Bill free() {
        return Bill.of(new Spend(Money.ZERO, Money.ZERO, 1, TokenUsage.NONE, false));
    }

    /** Books the bill and gives the rest of the money back. */
    void book(Bill bill) {
        Spend spend = bill.spend();
        if (spend.estimated() && reserved().isMoreThan(spend.forfeited())) {
            money.forfeitPart(spend.forfeited());
        } else if (spend.estimated()) {
            money.forfeit(spend.forfeited());
        } else if (spend.settled().isZero()) {
            money.release();
        } else {
            money.settle(spend.settled());
        }
        booked = true;
    }

    /** @param tokens the tokens it used, or -1 if unknown */
    void replied(long tokens, RateLimits limits) {
        landed = true;
        admissions.tell(new PoolEvent.Replied(ticket, tokens, limits));
    }

    List<PoolCommand> failed(ModelException failure, PoolEvent.RetryScope retry) {
        landed = true;
        return admissions.tell(new PoolEvent.Failed(ticket, failure, retry));
    }

    @Override
    public void close() {
        try {
            if (!landed) {
                landed = true;
                admissions.tell(sent ? new PoolEvent.Forfeited(ticket) : new PoolEvent.Released(ticket));
            }
        } finally {
            if (!booked) {
                book(sent ? worstCase() : free());
            }
        }
    }
}
