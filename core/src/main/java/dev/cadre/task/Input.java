// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * An input made from the outputs of other subtasks: a dependency is data flow. The function runs once all of them have
 * succeeded; one that throws fails the subtask.
 *
 * @param <I> the input
 */
public final class Input<I> {
    private final List<SubtaskRef<?>> sources;
    private final Function<List<Object>, I> made;

    private Input(List<SubtaskRef<?>> sources, Function<List<Object>, I> made) {
        this.sources = List.copyOf(sources);
        this.made = made;
    }

    /** An input made from one output. */
    @SuppressWarnings("unchecked") // a reference stands for the output that its own type declares
    public static <A, I> Input<I> from(SubtaskRef<A> a, Function<? super A, ? extends I> made) {
        return new Input<>(List.of(a), values -> made.apply((A) values.get(0)));
    }

    /** An input made from two outputs. */
    @SuppressWarnings("unchecked") // as above
    public static <A, B, I> Input<I> from(
            SubtaskRef<A> a, SubtaskRef<B> b, BiFunction<? super A, ? super B, ? extends I> made) {
        return new Input<>(List.of(a, b), values -> made.apply((A) values.get(0), (B) values.get(1)));
    }

    /** An input made from three outputs. */
    @SuppressWarnings("unchecked") // as above
    public static <A, B, C, I> Input<I> from(
            SubtaskRef<A> a,
            SubtaskRef<B> b,
            SubtaskRef<C> c,
            Three<? super A, ? super B, ? super C, ? extends I> made) {
        return new Input<>(
                List.of(a, b, c), values -> made.apply((A) values.get(0), (B) values.get(1), (C) values.get(2)));
    }

    /** An input made from any number of outputs of one type, in the order of the references. */
    @SuppressWarnings("unchecked") // as above
    public static <A, I> Input<I> fromAll(List<SubtaskRef<A>> all, Function<? super List<A>, ? extends I> made) {
        return new Input<>(new ArrayList<SubtaskRef<?>>(all), values -> made.apply((List<A>) values));
    }

    /** Inputs for a fan-out: one item for each element of the list that is made from an output. */
    @SuppressWarnings("unchecked") // as above
    public static <A, I> Each<I> forEach(SubtaskRef<A> a, Function<? super A, ? extends List<I>> made) {
        return new Each<>(
                new Input<>(List.of(a), values -> made.apply((A) values.get(0))), Binding.MinSuccess.ONE, false, false);
    }

    /**
     * Inputs for a fan-out over a fan-out: the items of each element of the outer one that succeeded, all in one list, the
     * function asked once for each. {@link Items#values()} of the output has them flat, {@link Items#groups()} by the
     * element that they came of.
     */
    @SuppressWarnings("unchecked") // as above
    public static <A, I> Each<I> forEachOf(SubtaskRef<Items<A>> outer, Function<? super A, ? extends List<I>> made) {
        Function<List<Object>, List<List<I>>> lists = values -> ((Items<A>) values.get(0))
                .outcomes().stream()
                        .map(outcome -> outcome.ifSucceeded().<List<I>>map(made).orElseGet(List::of))
                        .toList();
        return new Each<>(new Input<>(List.of(outer), lists), Binding.MinSuccess.ONE, false, true);
    }

    /** Inputs for a fan-out over a list that is known already. */
    public static <I> Each<I> forEach(List<I> list) {
        List<I> copy = List.copyOf(list);
        return new Each<>(new Input<>(List.of(), values -> copy), Binding.MinSuccess.ONE, false, false);
    }

    List<SubtaskRef<?>> sources() {
        return sources;
    }

    I make(Outputs outputs) {
        List<Object> values =
                sources.stream().<Object>map(ref -> value(ref, outputs)).toList();
        return made.apply(values);
    }

    private static Object value(SubtaskRef<?> ref, Outputs outputs) {
        var output = outputs.of(ref.id());
        return ref.isSoft() ? output : output.orElseThrow();
    }

    /** A function of three values. */
    @FunctionalInterface
    public interface Three<A, B, C, R> {
        /** The input that is made of three outputs. */
        R apply(A a, B b, C c);
    }

    /**
     * The inputs of a subtask that fans out.
     *
     * @param <I> the input of one item
     */
    public static final class Each<I> {
        private final Input<? extends List<?>> list;
        private final Binding.MinSuccess minSuccess;
        private final boolean stopsThere;
        private final boolean nested;

        private Each(Input<? extends List<?>> list, Binding.MinSuccess minSuccess, boolean stopsThere, boolean nested) {
            this.list = list;
            this.minSuccess = minSuccess;
            this.stopsThere = stopsThere;
            this.nested = nested;
        }

        /** How many items must succeed for the subtask to succeed; default one. */
        public Each<I> minSuccess(int items) {
            if (items < 0) {
                throw new IllegalArgumentException("minSuccess must not be negative: " + items);
            }
            return new Each<>(list, total -> items, false, nested);
        }

        /** Every item must succeed for the subtask to succeed. */
        public Each<I> allMustSucceed() {
            return new Each<>(list, total -> total, false, nested);
        }

        /**
         * So many items are enough: as soon as they have succeeded, the rest is not needed. What of it is under way is
         * cancelled and booked, and each is skipped as {@link Skip.Kind#NOT_NEEDED}; the answer lacks nothing without them.
         * If fewer succeed, the subtask fails. Default: all items are tried.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Each<I> enough(int items) {
            if (items < 1) {
                throw new IllegalArgumentException("enough must be at least one item, not " + items);
            }
            return new Each<>(list, total -> items, true, nested);
        }

        List<SubtaskRef<?>> sources() {
            return list.sources();
        }

        Binding binding() {
            return new Binding.Each(list::make, minSuccess, stopsThere, nested);
        }
    }
}
