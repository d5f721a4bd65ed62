package io.holdfast.keyservice;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.holdfast.kernel.SecretBytes;

/** The rules of the house, for this service. */
@AnalyzeClasses(packages = "io.holdfast", importOptions = ImportOption.DoNotIncludeTests.class)
class HouseRulesTest {

    @ArchTest
    static final ArchRule domainKnowsTheKernelOnly = classes()
            .that()
            .resideInAPackage("io.holdfast.keyservice.domain..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.holdfast.keyservice.domain..", "io.holdfast.kernel..", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule servicesNeverImportEachOther = noClasses()
            .that()
            .resideInAPackage("io.holdfast.keyservice..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.holdfast.clusterservice..", "io.holdfast.secretservice..", "io.holdfast.auditservice..");

    @ArchTest
    static final ArchRule theEdgesAreNotImported = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.holdfast.keyservice.domain..",
                    "io.holdfast.keyservice.store..",
                    "io.holdfast.keyservice.vault..",
                    "io.holdfast.keyservice.oci..",
                    "io.holdfast.keyservice.oidc..",
                    "io.holdfast.keyservice.rotate..",
                    "io.holdfast.keyservice.deletion..",
                    "io.holdfast.keyservice.crypto..",
                    "io.holdfast.keyservice.bindings..",
                    "io.holdfast.keyservice.identity..",
                    "io.holdfast.keyservice.access..",
                    "io.holdfast.keyservice.tokens..",
                    "io.holdfast.keyservice.reseal..",
                    "io.holdfast.keyservice.signing..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.holdfast.keyservice.http..", "io.holdfast.keyservice.grpc..");

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles =
            slices().matching("io.holdfast.keyservice.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule etcdIsReachedThroughThePort = noClasses()
            .that()
            .resideInAPackage("io.holdfast.keyservice..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.etcd..");

    /** So that none of it is loaded where no vault of Oracle's is configured. */
    @ArchTest
    static final ArchRule oraclesSdkIsReachedThroughThePort = noClasses()
            .that()
            .resideOutsideOfPackage("io.holdfast.keyservice.oci..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.oracle..");

    @ArchTest
    static final ArchRule noReactiveTypesInTheService = noClasses()
            .that()
            .resideInAPackage("io.holdfast.keyservice..")
            .and()
            // Quarkus' OpenID Connect client has no other face; none of it leaves that package.
            .resideOutsideOfPackage("io.holdfast.keyservice.oidc..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.smallrye.mutiny..");

    @ArchTest
    static final ArchRule secretsTravelInHandles = noFields()
            .that()
            .areDeclaredInClassesThat()
            .resideInAnyPackage(
                    "io.holdfast.keyservice.vault..",
                    "io.holdfast.keyservice.oci..",
                    "io.holdfast.keyservice.crypto..",
                    "io.holdfast.keyservice.reseal..")
            .should()
            .haveRawType(byte[].class);

    @ArchTest
    static final ArchRule noEventCarriesSecrets = noFields()
            .that()
            .areDeclaredInClassesThat()
            .resideInAPackage("io.holdfast.events..")
            .should()
            .haveRawType(byte[].class)
            .orShould()
            .haveRawType(SecretBytes.class);

    @ArchTest
    static final ArchRule noMonitorsAroundBlockingCalls = noMethods()
            .that()
            .areDeclaredInClassesThat()
            .resideInAPackage("io.holdfast.keyservice..")
            .should()
            .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.SYNCHRONIZED);
}
