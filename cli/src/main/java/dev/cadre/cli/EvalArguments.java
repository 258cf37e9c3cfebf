// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.bulk.Lane;
import dev.cadre.cli.bulk.BulkTask;
import dev.cadre.cli.eval.BadLinesException;
import dev.cadre.cli.eval.Expectation;
import dev.cadre.cli.eval.LabelledLine;
import dev.cadre.cli.eval.LabelledLines;
import dev.cadre.eval.Candidate;
import dev.cadre.eval.Match;
import dev.cadre.json.Json;
import dev.cadre.model.Tier;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code cadre eval} as they were typed; {@link #checked} makes sense of them. */
final class EvalArguments {
    private static final int MOST_LABELS = 100;
    private static final String CASCADE = "..";

    @Option(names = "--input", required = true, paramLabel = "FILE", description = "one example a line, a JSON object")
    private String input = "";

    @Option(
            names = "--expect",
            required = true,
            paramLabel = "FIELD",
            description = "the field of a line that has the right answer; the model is not shown it")
    private String expect = "";

    @Mixin
    private final TaskOptions task = new TaskOptions();

    @Option(
            names = "--score",
            paramLabel = "HOW",
            defaultValue = "exact",
            description =
                    "exact, set, or the difference that numbers may have; or some fields: topic=exact,sum=0.01 (default: ${DEFAULT-VALUE})")
    private String score = "exact";

    @Option(
            names = "--tiers",
            paramLabel = "A,B",
            defaultValue = "nano,mini,flagship",
            description = "what is tried, cheap ones first; nano..mini is a cascade (default: ${DEFAULT-VALUE})")
    private String tiers = "nano,mini,flagship";

    @Option(
            names = "--require",
            paramLabel = "RATE",
            defaultValue = "",
            description = "the rate of good answers that is enough, such as 0.95")
    private String require = "";

    @Option(
            names = "--lane",
            paramLabel = "LANE",
            defaultValue = "now",
            description = "now, or batch: within a day, at half the price (default: ${DEFAULT-VALUE})")
    private String lane = "now";

    @Mixin
    private final SpendingOptions spending = new SpendingOptions();

    @Option(
            names = "--journal",
            paramLabel = "FILE",
            defaultValue = "",
            description = "record the eval here, resume it from here")
    private String journal = "";

    @Option(names = "--report", paramLabel = "FILE.html", defaultValue = "", description = "write a page of the result")
    private String report = "";

    @Mixin
    private final JsonOption json = new JsonOption();

    @Mixin
    private final ProgressOption progress = new ProgressOption();

    /** Reads the whole input; spends nothing. */
    EvalOptions checked() throws UsageException, IOException {
        Path from =
                OptionValues.path("--input", input).orElseThrow(() -> OptionValues.refused("--input", input, "a path"));
        OptionValues.requireReadable("--input", from);
        if (expect.isEmpty()) {
            throw OptionValues.refused("--expect", expect, "the name of a field");
        }
        if (task.hasLabels() && task.hasSchema()) {
            throw new UsageException("bad_argument", "give --labels or --schema, not both");
        }
        OptionalDouble required = required();
        List<Candidate> candidates = candidates();
        Lane chosen = lane(candidates);
        Optional<Path> record = OptionValues.path("--journal", journal);
        Optional<Path> page = OptionValues.path("--report", report);
        requireFiles(from, record, page);
        try {
            List<LabelledLine> lines = LabelledLines.read(from, expect);
            BulkTask asked = task(lines);
            Expectation expectation = expectation(asked);
            return new EvalOptions(
                    from,
                    expect,
                    asked,
                    expectation.examples(lines, expect),
                    expectation.match(),
                    candidates,
                    required,
                    chosen,
                    spending.budget(),
                    spending.parallel(),
                    new EvalOptions.Files(record, page),
                    json.output(),
                    progress.progress());
        } catch (BadLinesException e) {
            throw new UsageException("bad_input", "--input: \"" + input + "\": " + e.getMessage());
        }
    }

    private void requireFiles(Path from, Optional<Path> record, Optional<Path> page) throws UsageException {
        if (page.isPresent()) {
            PageFile.require("--report", page.get());
            var others = new ArrayList<>(List.of(from));
            record.map(Journals::places).ifPresent(others::addAll);
            task.schemaFile().ifPresent(others::add);
            OptionValues.requireOther("--report", page.get(), "the input, the schema or the journal", others);
        }
    }

    private Lane lane(List<Candidate> candidates) throws UsageException {
        Lane chosen = OptionValues.oneOf("--lane", lane, Lane.values());
        if (chosen == Lane.BATCH && candidates.stream().anyMatch(Candidate::isCascade)) {
            throw OptionValues.refused("--tiers", tiers, "for the batch lane, which takes no cascade");
        }
        return chosen;
    }

    private OptionalDouble required() throws UsageException {
        if (require.isEmpty()) {
            return OptionalDouble.empty();
        }
        if (require.matches("0?\\.[0-9]{1,6}")) {
            double rate = Double.parseDouble(require);
            if (rate > 0) {
                return OptionalDouble.of(rate);
            }
        }
        throw OptionValues.refused("--require", require, "a rate above 0 and below 1, such as 0.95");
    }

    private List<Candidate> candidates() throws UsageException {
        var all = new ArrayList<Candidate>();
        for (String name : tiers.split(",", -1)) {
            Candidate candidate = candidate(name.strip());
            if (all.contains(candidate)) {
                throw new UsageException("bad_argument", "--tiers: \"" + name.strip() + "\" comes twice");
            }
            all.add(candidate);
        }
        return all;
    }

    private static Candidate candidate(String name) throws UsageException {
        int mark = name.indexOf(CASCADE);
        if (mark < 0) {
            return Candidate.of(OptionValues.oneOf("--tiers", name, Tier.values()));
        }
        Tier start = OptionValues.oneOf("--tiers", name.substring(0, mark), Tier.values());
        Tier top = OptionValues.oneOf("--tiers", name.substring(mark + CASCADE.length()), Tier.values());
        if (!top.isAbove(start)) {
            throw OptionValues.refused("--tiers", name, "a cascade: it ascends, as nano..mini does");
        }
        return new Candidate(start, top);
    }

    private BulkTask task(List<LabelledLine> lines) throws UsageException {
        if (task.hasSchema()) {
            return task.ofSchema();
        }
        return task.hasLabels() ? task.ofLabels() : task.ofLabels("--expect", found(lines));
    }

    /** The labels of a file that come with no list of them. */
    private List<String> found(List<LabelledLine> lines) throws UsageException {
        var labels = new TreeSet<String>();
        for (LabelledLine line : lines) {
            if (!(line.answer() instanceof Json.Str(String label))) {
                throw new UsageException(
                        "bad_input",
                        "--input: \"%s\": %s: \"%s\" is %s, and no label: give a --schema of the answers"
                                .formatted(
                                        input,
                                        line.name(),
                                        expect,
                                        line.answer().kind()));
            }
            labels.add(label);
        }
        if (labels.size() > MOST_LABELS) {
            throw new UsageException(
                    "bad_input",
                    "--input: \"%s\": \"%s\" has %d values, which are no labels: list them with --labels"
                            .formatted(input, expect, labels.size()));
        }
        return List.copyOf(labels);
    }

    private Expectation expectation(BulkTask asked) throws UsageException {
        if (!task.hasSchema()) {
            if (!score.equals("exact")) {
                throw OptionValues.refused("--score", score, "for labels, which are compared exactly");
            }
            return Expectation.label(asked);
        }
        Set<String> fields = Expectation.fields(asked);
        Match match = ScoreValue.read(score, fields);
        if (!fields.contains(expect)) {
            return Expectation.answer(asked, match);
        }
        if (!match.fieldNames().isEmpty()) {
            throw OptionValues.refused(
                    "--score", score, "for \"%s\" alone: exact, set or a difference".formatted(expect));
        }
        return Expectation.field(asked, expect, match);
    }
}
