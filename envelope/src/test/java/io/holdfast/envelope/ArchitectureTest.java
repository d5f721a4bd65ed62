package io.holdfast.envelope;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.holdfast.envelope", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule PURE_JAVA_ON_JCA = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..", "javax.crypto..", "io.holdfast.kernel..", "io.holdfast.envelope..", "org.jspecify..");

    @ArchTest
    static final ArchRule JCA_IN_ONE_PLACE = noClasses()
            .that()
            .resideOutsideOfPackage("io.holdfast.envelope.jca")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("javax.crypto..");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("io.holdfast.envelope.(*)..").should().beFreeOfCycles();
}
