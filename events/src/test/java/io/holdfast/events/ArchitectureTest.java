package io.holdfast.events;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.SecretBytes;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What events may rest on, and what they may never carry. */
@AnalyzeClasses(packages = "io.holdfast.events", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    /** Types that could hold anything, key bytes too. */
    private static final Set<Class<?>> OPAQUE = Set.of(byte[].class, Bytes.class, SecretBytes.class, Object.class);

    @ArchTest
    static final ArchRule ON_THE_KERNEL_AND_JACKSON = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "io.holdfast.kernel..",
                    "io.holdfast.events..",
                    "com.fasterxml.jackson..",
                    "org.jspecify..");

    @ArchTest
    static final ArchRule EVENTS_NAME_WHAT_THEY_CARRY = classes()
            .that()
            .areAssignableTo(DomainEvent.class)
            .and()
            .areRecords()
            .should(new ArchCondition<>("have no component that could hold any bytes") {
                @Override
                public void check(JavaClass event, ConditionEvents events) {
                    for (RecordComponent component : event.reflect().getRecordComponents()) {
                        boolean opaque = opaque(component.getGenericType());
                        events.add(new SimpleConditionEvent(
                                component,
                                !opaque,
                                event.getSimpleName() + "." + component.getName() + " is "
                                        + component.getGenericType()));
                    }
                }
            });

    private record Sample(
            byte[] array,
            List<Bytes> bytes,
            Map<String, List<? extends SecretBytes>> secrets,
            List<?> anything,
            Map<String, Object> objects,
            List<byte[]> arrays,
            Object[] row) {}

    @Test
    void opaqueTypesAreFoundInsideOthers() {
        assertThat(Arrays.stream(Sample.class.getRecordComponents()).map(RecordComponent::getGenericType))
                .allMatch(ArchitectureTest::opaque);
        assertThat(opaque(String.class)).isFalse();
    }

    private static boolean opaque(Type type) {
        return switch (type) {
            case Class<?> plain when plain.isArray() -> OPAQUE.contains(plain) || opaque(plain.getComponentType());
            case Class<?> plain -> OPAQUE.contains(plain);
            case ParameterizedType of ->
                opaque(of.getRawType())
                        || Stream.of(of.getActualTypeArguments()).anyMatch(ArchitectureTest::opaque);
            case GenericArrayType of -> opaque(of.getGenericComponentType());
            case WildcardType of -> Stream.of(of.getUpperBounds()).anyMatch(ArchitectureTest::opaque);
            case TypeVariable<?> of -> Stream.of(of.getBounds()).anyMatch(ArchitectureTest::opaque);
            default -> true;
        };
    }
}
