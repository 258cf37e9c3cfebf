// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import dev.cadre.budget.Budget;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.probe.Check;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** The contract holds servers to account: it is run over one that says the same word to everything. */
class ServerContractTest {
    /** Text is all that it can do. */
    private static final ModelClient PARROT = (request, context) -> new ModelReply(
            request.model(),
            "lantern",
            List.of(),
            Finish.COMPLETE,
            TokenUsage.of(request.inputBytes() / 4, 2),
            ServiceTier.STANDARD,
            RateLimits.UNKNOWN,
            "");

    private static ModelPool parrot() {
        return ModelPool.builder(PARROT, "gpt-5.4-nano")
                .retryPolicy(RetryPolicy.none())
                .build();
    }

    static class OfAParrot extends ServerContract {
        @Override
        protected ModelPool pool() {
            return parrot();
        }
    }

    static class OfAParrotThatIsKnown extends ServerContract {
        @Override
        protected ModelPool pool() {
            return parrot();
        }

        @Override
        protected Set<Check> tolerated() {
            return EnumSet.of(Check.SCHEMA, Check.TOOLS);
        }
    }

    static class WithoutMoney extends OfAParrot {
        @Override
        protected Budget budget() {
            return Budget.usd("0.000001");
        }
    }

    static class OfADeadServer extends ServerContract {
        @Override
        protected ModelPool pool() {
            ModelClient dead = (request, context) -> {
                throw new ModelException.ConnectionFailed(
                        "nobody is there", ModelException.Charge.FREE, new IOException("refused"));
            };
            return ModelPool.builder(dead, "gpt-5.4-nano")
                    .retryPolicy(RetryPolicy.none())
                    .build();
        }

        @Override
        protected Set<Check> tolerated() {
            return EnumSet.of(Check.SCHEMA, Check.TOOLS);
        }
    }

    private static Events check(Class<?> contract, long failed, long skipped) {
        Events events = EngineTestKit.engine("junit-jupiter")
                .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "false")
                .selectors(selectClass(contract))
                .execute()
                .testEvents();
        events.assertStatistics(
                counts -> counts.started(Check.values().length).failed(failed).aborted(skipped));
        return events;
    }

    @Test
    void serverThatKeepsNoForm_andCallsNoTool_failsThoseTwo() {
        check(OfAParrot.class, 2, 0);
    }

    @Test
    void whatIsTolerated_passes() {
        check(OfAParrotThatIsKnown.class, 0, 0);
    }

    @Test
    void whatCouldNotBeAsked_isNotCalledAPass() {
        check(WithoutMoney.class, 1, Check.values().length - 1);
    }

    @Test
    void deadServer_isOneFailure_whoseMessageSaysWhy_andNothingIsCalledAPass() {
        Events events = check(OfADeadServer.class, 1, Check.values().length - 1);

        events.failed()
                .assertThatEvents()
                .haveExactly(1, event(finishedWithFailure(message("text: ConnectionFailed: nobody is there"))));
    }
}
