// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.Attached;
import java.util.AbstractList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is the same work as before, and what is not, by the models that may do it. */
class FingerprintsTest {
    record Topic(String name) {}

    record Note(String text) {}

    private static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State three facts.");
    private static final SubtaskType<Topic, Note> RISING = NOTE.upTo(Tier.MINI)
            .accept("it is long", (topic, note) -> note.text().length() > 10);

    private final ModelPools tiers = ModelPools.of(pool("gpt-5.4"), pool("gpt-5.4-mini"), pool("gpt-5.4-nano"));
    private final ModelPools named = tiers.toBuilder()
            .named("lite", pool("gemini-2.5-flash-lite"))
            .named("haiku", pool("claude-haiku-4-5"))
            .build();

    private static ModelPool pool(String model) {
        return ModelPool.of(
                (request, context) -> {
                    throw new AssertionError("nobody is called");
                },
                model);
    }

    private static String of(ModelPools pools, SubtaskType<Topic, Note> type) {
        return new Fingerprints(pools, Limits.DEFAULT)
                .of(type, new Topic("cats"), Attached.NONE)
                .hex();
    }

    /** As written before pools had names: journals and caches of those who name no pool stay readable. */
    @Test
    void workOnTheTiersAlone_hasTheFingerprintThatItAlwaysHad() {
        assertThat(of(tiers, NOTE)).isEqualTo("2c013c4ff3f7ed838f90103194da99ba9bc684edbaaeef7aab026f1c807f8ad1");
        assertThat(of(tiers, RISING)).isEqualTo("9df77304e48879a1da4cf7e28161213ab7ddfa4bc7f25f9e317f693ef874244d");
        assertThat(of(named, RISING)).as("a name alone changes nothing").isEqualTo(of(tiers, RISING));
        assertThat(of(tiers.toBuilder().behind(Tier.FLAGSHIP).build(), RISING)).isEqualTo(of(tiers, RISING));
    }

    @Test
    void modelsBehindATier_countForTypesThatRunThere() {
        var flagship = named.toBuilder().behind(Tier.FLAGSHIP, "lite").build();
        var mini = named.toBuilder().behind(Tier.MINI, "lite").build();
        var both = named.toBuilder().behind(Tier.MINI, "lite", "haiku").build();
        var reversed = named.toBuilder().behind(Tier.MINI, "haiku", "lite").build();

        assertThat(of(flagship, RISING)).isEqualTo(of(tiers, RISING));
        assertThat(of(mini, NOTE)).isEqualTo(of(tiers, NOTE));
        assertThat(List.of(of(mini, RISING), of(both, RISING), of(reversed, RISING), of(tiers, RISING)))
                .doesNotHaveDuplicates();
    }

    @Test
    void poolOfAType_isKnownByItsModel_notByItsName() {
        var lite = RISING.onPool(Tier.NANO, "lite");
        var haiku = RISING.onPool(Tier.NANO, "haiku");
        var renamed =
                tiers.toBuilder().named("other", pool("gemini-2.5-flash-lite")).build();
        var moved = tiers.toBuilder().named("lite", pool("claude-haiku-4-5")).build();

        assertThat(List.of(
                        of(named, lite),
                        of(named, haiku),
                        of(named, RISING),
                        of(named, RISING.onPool(Tier.MINI, "lite"))))
                .doesNotHaveDuplicates();
        assertThat(of(renamed, RISING.onPool(Tier.NANO, "other"))).isEqualTo(of(named, lite));
        assertThat(of(moved, lite)).isEqualTo(of(named, haiku));
        assertThat(of(named, RISING.onPool(Tier.FLAGSHIP, "lite")))
                .as("a tier that it never runs on")
                .isEqualTo(of(named, RISING));
    }

    /** The user's code may fail the next time, or say something else. */
    @Test
    void input_isWrittenOnce_forAllThatItTells() {
        var writings = new AtomicInteger();
        record Line(List<String> words) {}
        SubtaskType<Line, Note> type = SubtaskType.model("line", Line.class, Note.class, "Read it.");
        var words = new AbstractList<String>() {
            @Override
            public String get(int index) {
                return "writing %d".formatted(writings.incrementAndGet());
            }

            @Override
            public int size() {
                return 1;
            }
        };

        InputPrint print = new Fingerprints(tiers, Limits.DEFAULT).input(type, new Line(words));

        assertThat(print.unfit()).isEmpty();
        assertThat(writings).hasValue(1);
    }
}
