package io.holdfast.auditservice;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The rules of the house that concern this module. */
class ArchitectureTest {
    private static final JavaClasses SERVICE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.holdfast.auditservice");

    @Test
    void the_domain_imports_kernel_only() {
        classes()
                .that()
                .resideInAPackage("io.holdfast.auditservice.domain..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..", "io.holdfast.kernel", "io.holdfast.auditservice.domain..", "org.jspecify..")
                .check(SERVICE);
    }

    @Test
    void the_trail_knows_no_adapter_and_no_framework() {
        classes()
                .that()
                .resideInAPackage("io.holdfast.auditservice.trail..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "io.holdfast.kernel",
                        "io.holdfast.auditservice.domain..",
                        "io.holdfast.auditservice.trail..",
                        "org.jspecify..")
                .check(SERVICE);
    }

    @Test
    void adapters_do_not_know_each_other() {
        String[] adapters = {"store", "events", "http", "health"};
        for (String adapter : adapters) {
            for (String other : adapters) {
                if (!adapter.equals(other)) {
                    noClasses()
                            .that()
                            .resideInAPackage("io.holdfast.auditservice." + adapter + "..")
                            .should()
                            .dependOnClassesThat()
                            .resideInAPackage("io.holdfast.auditservice." + other + "..")
                            .check(SERVICE);
                }
            }
        }
    }

    @Test
    void only_the_store_speaks_sql() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.holdfast.auditservice.store..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..")
                .check(SERVICE);
    }

    @Test
    void services_never_import_each_other() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.holdfast.keyservice..", "io.holdfast.clusterservice..", "io.holdfast.secretservice..")
                .check(SERVICE);
    }
}
