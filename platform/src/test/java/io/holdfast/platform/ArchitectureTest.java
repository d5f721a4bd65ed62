package io.holdfast.platform;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.holdfast.events.DomainEvent;
import io.holdfast.events.EventCodec;
import io.holdfast.events.Family;
import io.holdfast.events.OcidModule;
import io.holdfast.events.UndecodableEvent;
import org.junit.jupiter.api.Test;

/** The platform knows no domain word. */
class ArchitectureTest {
    private static final JavaClasses PLATFORM = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.holdfast.platform");

    @Test
    void knowsTheCodecButNoSingleEvent() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("io.holdfast.events..")
                        .and(not(belongToAnyOf(
                                DomainEvent.class,
                                DomainEvent[].class,
                                EventCodec.class,
                                Family.class,
                                OcidModule.class,
                                UndecodableEvent.class))))
                .check(PLATFORM);
    }

    @Test
    void dependsOnNoService() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "io.holdfast.keyservice..",
                        "io.holdfast.clusterservice..",
                        "io.holdfast.secretservice..",
                        "io.holdfast.auditservice..",
                        "io.holdfast.iam..",
                        "io.holdfast.envelope.."))
                .check(PLATFORM);
    }

    @Test
    void theStoreStandsAlone() {
        noClasses()
                .that()
                .resideInAPackage("io.holdfast.platform.store")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "io.holdfast.platform.outbox..",
                        "io.holdfast.platform.inbox..",
                        "io.holdfast.platform.http..",
                        "io.holdfast.platform.access.."))
                .check(PLATFORM);
    }
}
