package io.holdfast.iam;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The rules of the house that concern this module. */
class ArchitectureTest {
    private static final JavaClasses IAM = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.holdfast.iam");

    @Test
    void iam_depends_on_kernel_and_the_antlr_runtime_only() {
        classes()
                .that()
                .resideInAPackage("io.holdfast.iam..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..", "io.holdfast.kernel", "io.holdfast.iam..", "org.antlr.v4.runtime..", "org.jspecify..")
                .check(IAM);
    }

    @Test
    void only_the_language_knows_its_grammar() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.holdfast.iam.language", "io.holdfast.iam.language.grammar")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.holdfast.iam.language.grammar", "org.antlr..")
                .check(IAM);
    }

    @Test
    void the_language_knows_nothing_of_decisions() {
        noClasses()
                .that()
                .resideInAPackage("io.holdfast.iam.language..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.holdfast.iam.decision..")
                .check(IAM);
    }
}
