// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.FailureReport;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The house rules of the core: what may import what, and which names hide a missing concept. */
@Tag("slow")
class ArchitectureTest {
    /** Outside in: a package may use those after it, never those before it. */
    private static final List<String> ORDER = List.of(
            "dev.cadre",
            "dev.cadre.eval",
            "dev.cadre.bulk",
            "dev.cadre.batch",
            "dev.cadre.run",
            "dev.cadre.record",
            "dev.cadre.schedule",
            "dev.cadre.plan",
            "dev.cadre.merge",
            "dev.cadre.worker",
            "dev.cadre.probe",
            "dev.cadre.pool",
            "dev.cadre.cache",
            "dev.cadre.journal",
            "dev.cadre.event",
            "dev.cadre.people",
            "dev.cadre.task",
            "dev.cadre.budget",
            "dev.cadre.share",
            "dev.cadre.price",
            "dev.cadre.thought",
            "dev.cadre.schema",
            "dev.cadre.model",
            "dev.cadre.json",
            "dev.cadre.prompt",
            "dev.cadre.redact",
            "dev.cadre.file");

    private static final int MOST_FILES_IN_A_CIRCLE = 8;
    /** A type and the bindings of its components are recursive, as Java types are. */
    private static final int FILES_OF_BINDINGS = 17;

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.cadre");

    @Test
    void packages_ofTheCore_areAllInTheOrder() {
        assertThat(CORE.stream().map(each -> each.getPackageName()).distinct()).isSubsetOf(ORDER);
    }

    @Test
    void packages_importOnlyInwards() {
        for (int outer = 1; outer < ORDER.size(); outer++) {
            String[] forbidden = ORDER.subList(0, outer).toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(ORDER.get(outer))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(forbidden)
                    .allowEmptyShould(true)
                    .check(CORE);
        }
    }

    @Test
    void packages_haveNoCycles() {
        slices().matching("dev.cadre.(*)..").should().beFreeOfCycles().check(CORE);
    }

    @Test
    void jacksonsParser_isKnownToTheJsonPackageOnly() {
        outside("dev.cadre.json", "com.fasterxml.jackson.core..").check(CORE);
    }

    @Test
    void jacksonsAnnotations_areKnownToTheSchemaPackageOnly() {
        outside("dev.cadre.schema", "com.fasterxml.jackson.annotation..").check(CORE);
    }

    @Test
    void nothingElseOfJackson_isKnownToTheCore() {
        String other = "(com\\.fasterxml\\.jackson\\.(?!core\\.|annotation\\.)|tools\\.jackson\\.).*";
        noClasses().should().dependOnClassesThat().haveNameMatching(other).check(CORE);
    }

    @ParameterizedTest
    @CsvSource({"dev.cadre.json, com.fasterxml.jackson.core..", "dev.cadre.schema, com.fasterxml.jackson.annotation.."})
    void jacksonRules_haveTeeth(String home, String library) {
        FailureReport report = noClasses()
                .that()
                .resideInAPackage(home)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .evaluate(CORE)
                .getFailureReport();
        assertThat(report.isEmpty()).isFalse();
    }

    private static ArchRule outside(String home, String library) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(home)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library);
    }

    /** A circle is a set of files that each use each other, directly or through others of the set. */
    @Test
    void circlesOfFiles_areSmall() {
        List<Set<String>> large = FileCircles.of(CORE).stream()
                .filter(circle -> circle.size()
                        > (circle.contains("dev.cadre.schema.JsonType") ? FILES_OF_BINDINGS : MOST_FILES_IN_A_CIRCLE))
                .toList();
        assertThat(large).isEmpty();
    }

    @Test
    void names_hideNoMissingConcept() {
        noClasses()
                .should()
                .haveNameMatching(".*(Utils|Util|Helper|Manager|Impl|Base|Default[A-Z].*)")
                .check(CORE);
    }
}
