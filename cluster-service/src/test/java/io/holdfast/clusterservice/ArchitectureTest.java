package io.holdfast.clusterservice;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.holdfast.clusterservice", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule DOMAIN_IS_PURE = classes()
            .that()
            .resideInAPackage("..clusterservice.domain..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "org.jspecify..", "io.holdfast.kernel..", "..clusterservice.domain..");

    @ArchTest
    static final ArchRule CONTRACTS_AT_THE_EDGE = noClasses()
            .that()
            .resideOutsideOfPackages("..clusterservice.keys..", "..clusterservice.grpc..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.holdfast.contracts..");

    @ArchTest
    static final ArchRule KAFKA_AT_THE_EDGE = noClasses()
            .that()
            .resideOutsideOfPackage("..clusterservice.events..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.kafka..");

    @ArchTest
    static final ArchRule ETCD_THROUGH_THE_PORT =
            noClasses().should().dependOnClassesThat().resideInAPackage("io.etcd..");

    @ArchTest
    static final ArchRule NO_OTHER_SERVICE = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.holdfast.keyservice..", "io.holdfast.secretservice..", "io.holdfast.auditservice..");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("io.holdfast.clusterservice.(*)..").should().beFreeOfCycles();
}
