// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.Attachment;
import dev.cadre.model.CallContext;
import dev.cadre.model.InputCounter;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Capability;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.ModelSpec.TokenBounds;
import dev.cadre.price.Price;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which pool serves a rung, and which ones take over from it if its input is too long. */
class PoolChoiceTest {
    record Topic(String name) {}

    record Note(String text) {}

    private static final long UNKNOWN = TokenBounds.UNKNOWN;
    private static final SubtaskType<Topic, Note> NOTE = SubtaskType.model(
                    "note", Topic.class, Note.class, "State three facts.")
            .maxOutputTokens(100);
    private static final Attachment PICTURE = Attachment.Image.of("image/png", new byte[] {1});
    private static final Attachment UNBOUNDED = Attachment.File.of("lease.pdf", "application/pdf", new byte[] {1});

    /** A client that can be asked how long an input is. */
    private static final class Counting implements ModelClient, InputCounter {
        @Override
        public ModelReply call(ModelRequest request, CallContext context) {
            throw new AssertionError("a choice calls nobody");
        }

        @Override
        public long count(ModelRequest request, CallContext context) {
            throw new AssertionError("a choice counts nothing");
        }
    }

    private static ModelSpec spec(String id, long context) {
        return ModelSpec.of(id, Price.perMillionTokens("1", "1", "5"))
                .withTokens(TokenBounds.of(context, context, 1_000).boundByBytes());
    }

    private static ModelSpec seeing(ModelSpec spec) {
        return spec.withImageTokens(Attachment.Detail.HIGH, 500).withCapabilities(Set.of(Capability.VISION));
    }

    private static ModelPool.Builder builder(ModelSpec spec) {
        return ModelPool.builder(new Counting(), spec.id()).catalog(ModelCatalog.of(List.of(spec)));
    }

    private static ModelPool pool(String id, long context) {
        return builder(spec(id, context)).build();
    }

    private static PoolChoice choice(SubtaskType<?, ?> type, ModelPool own, ModelPool... behind) {
        var pools = ModelPools.builder().nano(own);
        String[] names = new String[behind.length];
        for (int i = 0; i < behind.length; i++) {
            names[i] = "p" + i;
            pools.named(names[i], behind[i]);
        }
        return PoolChoice.of(pools.behind(Tier.NANO, names).build(), type, Tier.NANO);
    }

    private static List<String> inTurn(PoolChoice choice, int inputTokens, Attachment... attachments) {
        var input = new Topic("x".repeat(4 * inputTokens));
        var task = RungTask.first(choice.type(), input, "a", Tier.NANO).with(new Attached.Made(List.of(attachments)));
        return choice.inTurn(task, Limits.DEFAULT).stream()
                .map(ModelPool::model)
                .toList();
    }

    @Test
    void inputThatFits_isServedByTheTiersOwnPool_andLargerOnesFollow() {
        var choice = choice(NOTE, pool("own", 10_000), pool("same", 10_000), pool("wide", 50_000), pool("mid", 20_000));

        assertThat(inTurn(choice, 1)).containsExactly("own", "wide");
    }

    @Test
    void inputThatDoesNotFit_isServedByTheFirstThatHoldsItAndItsAnswer() {
        var choice = choice(NOTE, pool("own", 10_000), pool("mid", 20_000), pool("wide", 50_000));

        assertThat(inTurn(choice, 9_000)).containsExactly("own", "mid", "wide");
        assertThat(inTurn(choice, 9_990)).containsExactly("mid", "wide");
        assertThat(inTurn(choice, 30_000)).containsExactly("wide");
    }

    @Test
    void inputThatFitsNobody_isTriedFromTheFirstOn() {
        var choice = choice(NOTE, pool("own", 10_000), pool("mid", 20_000), pool("small", 5_000));

        assertThat(inTurn(choice, 90_000)).containsExactly("own", "mid");
    }

    @Test
    void contextOfUnknownSize_holdsWhatever_andMayBeLargerThanAny() {
        var choice =
                choice(NOTE, pool("own", 10_000), pool("unknown", UNKNOWN), pool("same", 10_000), pool("wide", 50_000));

        assertThat(inTurn(choice, 1)).containsExactly("own", "unknown", "wide");
        assertThat(inTurn(choice, 90_000)).containsExactly("unknown", "same", "wide");
    }

    @Test
    void picture_isServedByWhoSees_andKnowsItsBound() {
        var boundless = builder(spec("boundless", 10_000).withCapabilities(Set.of(Capability.VISION)))
                .build();
        var blind = builder(spec("blind", 10_000).withImageTokens(Attachment.Detail.HIGH, 500))
                .build();
        var eye = builder(seeing(spec("eye", 10_000))).build();
        var choice = choice(NOTE, pool("own", 10_000), boundless, blind, eye);

        assertThat(inTurn(choice, 1, PICTURE)).containsExactly("eye");
        assertThat(inTurn(choice, 1)).containsExactly("own");
    }

    @Test
    void pictureThatNobodySees_isLeftToTheTiersOwnPool() {
        assertThat(inTurn(choice(NOTE, pool("own", 10_000), pool("other", 50_000)), 1, PICTURE))
                .containsExactly("own");
    }

    @Test
    void fileWithoutABound_isServedByWhoCountsItsInput() {
        var counting = builder(spec("counting", 10_000)).countingInput().build();

        assertThat(inTurn(choice(NOTE, pool("own", 10_000), counting), 1, UNBOUNDED))
                .containsExactly("counting");
    }

    @Test
    void poolThatIsNotOffered_servesNobodyWhoAsksForIt() {
        var flex = builder(spec("flex", 20_000).withPrice(FLEX)).build();
        var choice = choice(NOTE.serviceTier(ServiceTier.FLEX), pool("own", 10_000), flex);

        assertThat(choice.able(Limits.DEFAULT)).extracting(ModelPool::model).containsExactly("flex");
        assertThat(choice.models()).containsExactly("own", "flex");
    }

    private static final Price FLEX = Price.perMillionTokens("1", "1", "5").withTier(ServiceTier.FLEX, 50);

    @Test
    void poolThatIsTheTiersOwn_isNoFurtherOne() {
        var own = pool("own", 10_000);

        assertThat(choice(NOTE, own, own).candidates()).containsExactly(own);
    }
}
