package io.holdfast.secretservice;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The rules of the house that a compiler does not know. */
class HouseRulesTest {
    private static final String HERE = "io.holdfast.secretservice.";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.holdfast.secretservice");

    @Test
    void theDomainKnowsTheKernelOnly() {
        classes()
                .that()
                .resideInAPackage(HERE + "domain..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(HERE + "domain..", "io.holdfast.kernel..", "java..", "org.jspecify..")
                .check(CLASSES);
    }

    @Test
    void theContractsOfOtherServicesAreKnownToOnePackage() {
        noClasses()
                .that()
                .resideOutsideOfPackages(HERE + "keys..", HERE + "grpc..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.holdfast.contracts..")
                .check(CLASSES);
        // What is served is no other service's contract.
        noClasses()
                .that()
                .resideInAPackage(HERE + "grpc..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.holdfast.contracts.access..",
                        "io.holdfast.contracts.bindings..",
                        "io.holdfast.contracts.clusters..",
                        "io.holdfast.contracts.keycrypto..")
                .check(CLASSES);
    }

    @Test
    void noOtherServiceIsImported() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.holdfast.keyservice..", "io.holdfast.clusterservice..", "io.holdfast.auditservice..")
                .check(CLASSES);
    }

    @Test
    void theCapabilitiesKnowNeitherHttpNorKafkaNorQuarkus() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        HERE + "fence..",
                        HERE + "storage..",
                        HERE + "reencrypt..",
                        HERE + "blocking..",
                        HERE + "endpoint..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jakarta..", "io.quarkus..", "org.apache.kafka..", "io.vertx..", "io.smallrye..")
                .check(CLASSES);
    }

    @Test
    void theModelOfKubernetesKnowsNoHttp() {
        noClasses()
                .that()
                .resideInAPackage(HERE + "kubernetes.model..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        HERE + "kubernetes.http..",
                        "io.vertx..",
                        "io.netty..",
                        "java.net.http..",
                        "jakarta..",
                        "io.quarkus..",
                        "io.holdfast.platform.http..")
                .check(CLASSES);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching(HERE + "(*)..").should().beFreeOfCycles().check(CLASSES);
        slices().matching(HERE + "(**)").should().beFreeOfCycles().check(CLASSES);
    }
}
