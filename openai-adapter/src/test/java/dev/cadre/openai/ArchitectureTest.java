// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.openai.core.ObjectMappers;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.stream.Stream;

@AnalyzeClasses(packages = "dev.cadre", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] SDK = {"com.openai..", "okhttp3..", "okio..", "kotlin..", "com.fasterxml.jackson.."};

    @ArchTest
    static final ArchRule sdk_isKnownToThisPackageAlone = noClasses()
            .that(not(resideInAPackage("dev.cadre.openai")))
            .should(dependOnClassesThat(resideInAnyPackage("com.openai..", "okhttp3..", "okio..")));

    /** The SDK's own mapper has no bound on what a text holds; it reads what this process wrote. */
    @ArchTest
    static final ArchRule mapperWithoutBounds_isKnownToTwoClasses = noClasses()
            .that()
            .doNotHaveSimpleName("ServerJson")
            .and()
            .doNotHaveSimpleName("ToolWriter")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(ObjectMappers.class);

    @ArchTest
    static final ArchRule publicTypes_areFewAndFinal = classes()
            .that()
            .resideInAPackage("dev.cadre.openai")
            .and()
            .arePublic()
            .should()
            .haveModifier(JavaModifier.FINAL);

    @ArchTest
    static final ArchRule publicSignatures_showNoForeignType = codeUnits()
            .that()
            .arePublic()
            .and()
            .areDeclaredInClassesThat()
            .resideInAPackage("dev.cadre.openai")
            .and()
            .areDeclaredInClassesThat()
            .arePublic()
            .should(mentionNoForeignType());

    @ArchTest
    static final ArchRule publicFields_doNotExist = fields().that()
            .areDeclaredInClassesThat()
            .resideInAPackage("dev.cadre.openai")
            .and()
            .areDeclaredInClassesThat()
            .arePublic()
            .and()
            .areDeclaredInClassesThat()
            .areNotEnums()
            .should()
            .notBePublic();

    private static ArchCondition<JavaCodeUnit> mentionNoForeignType() {
        return new ArchCondition<>("mention no type of the SDK") {
            @Override
            public void check(JavaCodeUnit unit, ConditionEvents events) {
                Stream.of(
                                unit.getAllInvolvedRawTypes().stream(),
                                unit.getExceptionTypes().stream().map(type -> type.toErasure()))
                        .flatMap(types -> types)
                        .filter(resideInAnyPackage(SDK))
                        .forEach(type -> events.add(
                                SimpleConditionEvent.violated(unit, unit.getFullName() + " shows " + type.getName())));
            }
        };
    }
}
