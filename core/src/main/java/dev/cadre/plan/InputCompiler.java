// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.json.Json;
import dev.cadre.schema.JsonType;
import dev.cadre.schema.Notation;
import dev.cadre.task.Binding;
import dev.cadre.task.Outputs;
import dev.cadre.task.Wire;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Makes the binding of a subtask of its literals and wires, once everything that it is wired to is known. */
final class InputCompiler {
    private final Candidate candidate;
    private final Function<String, Source> sources;
    private final int maxItems;
    private final List<String> troubles = new ArrayList<>();
    private final List<Feed> feeds = new ArrayList<>();
    private Optional<Feed> fanOut = Optional.empty();

    /** One wire, checked: it never fails unless the output it reads breaks its own type. */
    private record Feed(Wire wire, Source source, String field, Source.Fit fit) {
        Json read(Outputs outputs) {
            return source.read(outputs, wire, field)
                    .map(read -> switch (fit) {
                        case WHOLE, EACH -> read;
                        case EACH_OF_EACH -> flat((Json.Arr) read);
                        case ALONE -> Json.arr(read);
                    })
                    .orElse(Json.Null.NULL);
        }

        private static Json flat(Json.Arr lists) {
            return new Json.Arr(lists.items().stream()
                    .flatMap(list -> ((Json.Arr) list).items().stream())
                    .toList());
        }

        /** The length of a list that is there already. */
        Optional<Integer> givenItems() {
            return source.isGiven() && read(id -> Optional.empty()) instanceof Json.Arr list
                    ? Optional.of(list.items().size())
                    : Optional.empty();
        }
    }

    /** @param maxItems how many elements a list may have of which a subtask takes one at a time */
    InputCompiler(Candidate candidate, Function<String, Source> sources, int maxItems) {
        this.candidate = candidate;
        this.maxItems = maxItems;
        this.sources = sources;
        candidate.planned().wires().forEach(this::connect);
        candidate
                .planned()
                .when()
                .flatMap(when -> Conditions.trouble(when, sources.apply(when.from())))
                .ifPresent(troubles::add);
    }

    /** What is understood though it was not asked for. */
    List<String> notes() {
        return feeds.stream()
                .filter(feed -> feed.fit == Source.Fit.ALONE)
                .map(feed -> "input.%s is a list and gets one value: a list of one".formatted(feed.wire.into()))
                .toList();
    }

    /** Why the wires do not fit; empty if they do. */
    List<String> troubles() {
        return troubles;
    }

    boolean fansOut() {
        return fanOut.isPresent();
    }

    Binding binding() {
        return fanOut.<Binding>map(feed -> new Binding.Each(outputs -> inputs(feed, outputs), Binding.MinSuccess.ONE))
                .orElseGet(() -> new Binding.One(outputs -> candidate.input().read(components(outputs))));
    }

    private void connect(Wire wire) {
        JsonType<?> into = candidate.component(wire.into());
        Source source = sources.apply(wire.from());
        String field = source.meant(wire.field(), into);
        var produced = source.field(field);
        if (produced.isEmpty()) {
            troubles.add("%s has no %s %s; its fields are %s"
                    .formatted(
                            Quoted.of(wire.from()),
                            source.isGiven() ? "field" : "output field",
                            Quoted.of(field),
                            source.fields()));
            return;
        }
        Optional<Source.Fit> fit = Source.fit(produced.get(), into);
        if (fit.isEmpty()) {
            troubles.add("%s of %s is %s and does not fit input.%s, which is %s"
                    .formatted(
                            field.isEmpty() ? source.isGiven() ? "the whole" : "the output" : Quoted.of(field),
                            Quoted.of(wire.from()),
                            Notation.of(produced.get()),
                            wire.into(),
                            Notation.of(into)));
        } else if (fit.get() == Source.Fit.EACH || fit.get() == Source.Fit.EACH_OF_EACH) {
            connectList(new Feed(wire, source, field, fit.get()));
        } else {
            feeds.add(new Feed(wire, source, field, fit.get()));
        }
    }

    private void connectList(Feed feed) {
        if (fanOut.isPresent()) {
            troubles.add("input.%s and input.%s both take one element of a list at a time; one at most may"
                    .formatted(fanOut.get().wire.into(), feed.wire.into()));
        }
        feed.givenItems()
                .filter(items -> items > maxItems)
                .ifPresent(items -> troubles.add(
                        "input.%s takes one element of a list of %,d at a time; a list may have %,d at most"
                                .formatted(feed.wire.into(), items, maxItems)));
        fanOut = Optional.of(feed);
    }

    private Map<String, Json> components(Outputs outputs) {
        var components = new LinkedHashMap<>(candidate.literals());
        feeds.forEach(feed -> components.put(feed.wire.into(), feed.read(outputs)));
        return components;
    }

    private List<?> inputs(Feed list, Outputs outputs) {
        var components = components(outputs);
        var inputs = new ArrayList<Object>();
        for (Json element : ((Json.Arr) list.read(outputs)).items()) {
            components.put(list.wire.into(), element);
            inputs.add(candidate.input().read(components));
        }
        return inputs;
    }
}
