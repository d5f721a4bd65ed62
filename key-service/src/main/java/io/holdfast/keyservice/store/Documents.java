package io.holdfast.keyservice.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.keyservice.domain.Binding;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.KeyVersion.Origin;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.domain.RotationSchedule;
import io.holdfast.keyservice.domain.Tags;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.store.ExportStore.Export;
import io.holdfast.keyservice.store.TokenKeyStore.TokenKeyRecord;
import io.holdfast.keyservice.store.WrappingKeyStore.WrappingKey;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The JSON of the records in etcd. Unknown fields are ignored, so that an older replica reads what a newer one wrote. */
final class Documents {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .build();

    private Documents() {}

    private record VaultDocument(
            String id,
            String state,
            String tenancyId,
            String compartmentId,
            String displayName,
            String type,
            String wrappingKeyId,
            Instant timeCreated,
            @Nullable Instant timeOfDeletion,
            Map<String, String> freeformTags,
            Map<String, Map<String, Object>> definedTags,
            @Nullable String change) {}

    private record RotationDocument(
            int intervalDays,
            Instant start,
            Instant next,
            @Nullable Instant last,
            @Nullable Boolean succeeded,
            @Nullable String message) {}

    /**
     * Records of the first release have none of the fields that may be null.
     *
     * @param change tells two writes of the same state apart
     */
    private record KeyDocument(
            String id,
            String state,
            @Nullable String stateBefore,
            @Nullable Instant timeOfDeletion,
            String vaultId,
            String tenancyId,
            String compartmentId,
            String displayName,
            KeyShape.Algorithm algorithm,
            int length,
            ProtectionMode protectionMode,
            String currentVersion,
            long currentVersionNumber,
            @Nullable Integer liveVersions,
            Instant timeCreated,
            Map<String, String> freeformTags,
            Map<String, Map<String, Object>> definedTags,
            boolean exportable,
            boolean withVault,
            @Nullable RotationDocument rotation,
            @Nullable String change) {}

    /** Records of the first release have neither state, origin nor public key. */
    private record VersionDocument(
            String id,
            String keyId,
            long number,
            Instant timeCreated,
            @Nullable String state,
            @Nullable Instant timeOfDeletion,
            @Nullable Origin origin,
            boolean autoRotated,
            @Nullable String publicKey) {}

    private record BindingDocument(
            String id,
            String state,
            String clusterId,
            String clusterCompartmentId,
            String tenancyId,
            String keyId,
            String mode,
            String custodian,
            Instant timeCreated) {}

    static Bytes write(Vault vault, String change) {
        Vault.Facts facts = vault.facts();
        return write(new VaultDocument(
                facts.id().value(),
                vault.lifecycleState(),
                facts.tenancyId().value(),
                facts.compartmentId().value(),
                facts.displayName(),
                facts.type(),
                facts.wrappingKeyId().value(),
                facts.timeCreated(),
                vault.deletionTime().orElse(null),
                facts.tags().freeform(),
                facts.tags().defined(),
                change));
    }

    static Vault vault(Bytes json) {
        VaultDocument document = read(json, VaultDocument.class);
        Vault.Facts facts = new Vault.Facts(
                new VaultId(document.id()),
                new TenancyId(document.tenancyId()),
                new CompartmentId(document.compartmentId()),
                document.displayName(),
                document.type(),
                new KeyId(document.wrappingKeyId()),
                document.timeCreated(),
                new Tags(document.freeformTags(), document.definedTags()));
        return switch (document.state()) {
            case "ACTIVE" -> new Vault.Active(facts);
            case "SCHEDULING_DELETION" ->
                new Vault.SchedulingDeletion(facts, deletion("vault", document.id(), document.timeOfDeletion()));
            case "PENDING_DELETION" ->
                new Vault.PendingDeletion(facts, deletion("vault", document.id(), document.timeOfDeletion()));
            case "CANCELLING_DELETION" -> new Vault.CancellingDeletion(facts);
            case "DELETED" -> new Vault.Deleted(facts, deletion("vault", document.id(), document.timeOfDeletion()));
            default -> throw unknown("vault", document.id(), document.state());
        };
    }

    static Bytes write(MasterKey key, String change) {
        MasterKey.Facts facts = key.facts();
        String before =
                switch (key) {
                    case MasterKey.PendingDeletion pending -> pending.before().lifecycleState();
                    case MasterKey.Enabled enabled -> null;
                    case MasterKey.Disabled disabled -> null;
                    case MasterKey.Deleted deleted -> null;
                };
        return write(new KeyDocument(
                facts.id().value(),
                key.lifecycleState(),
                before,
                key.deletionTime().orElse(null),
                facts.vaultId().value(),
                facts.tenancyId().value(),
                facts.compartmentId().value(),
                facts.displayName(),
                facts.shape().algorithm(),
                facts.shape().length(),
                facts.protectionMode(),
                facts.currentVersion().value(),
                facts.currentVersionNumber(),
                facts.liveVersions(),
                facts.timeCreated(),
                facts.tags().freeform(),
                facts.tags().defined(),
                facts.exportable(),
                key instanceof MasterKey.PendingDeletion pending && pending.withVault(),
                facts.rotation().map(Documents::rotation).orElse(null),
                change));
    }

    private static RotationDocument rotation(RotationSchedule schedule) {
        Optional<RotationSchedule.Outcome> last = schedule.last();
        return new RotationDocument(
                schedule.intervalDays(),
                schedule.start(),
                schedule.next(),
                last.map(RotationSchedule.Outcome::time).orElse(null),
                last.map(RotationSchedule.Outcome::succeeded).orElse(null),
                last.flatMap(RotationSchedule.Outcome::message).orElse(null));
    }

    private static RotationSchedule schedule(RotationDocument document) {
        return new RotationSchedule(
                document.intervalDays(),
                document.start(),
                document.next(),
                Optional.ofNullable(document.last())
                        .map(time -> new RotationSchedule.Outcome(
                                time,
                                Boolean.TRUE.equals(document.succeeded()),
                                Optional.ofNullable(document.message()))));
    }

    static MasterKey key(Bytes json) {
        KeyDocument document = read(json, KeyDocument.class);
        MasterKey.Facts facts = new MasterKey.Facts(
                new KeyId(document.id()),
                new VaultId(document.vaultId()),
                new TenancyId(document.tenancyId()),
                new CompartmentId(document.compartmentId()),
                document.displayName(),
                new KeyShape(document.algorithm(), document.length()),
                document.protectionMode(),
                new KeyVersionId(document.currentVersion()),
                document.currentVersionNumber(),
                document.liveVersions() == null
                        ? Math.toIntExact(document.currentVersionNumber())
                        : document.liveVersions(),
                document.timeCreated(),
                new Tags(document.freeformTags(), document.definedTags()),
                document.exportable(),
                Optional.ofNullable(document.rotation()).map(Documents::schedule));
        return switch (document.state()) {
            case "ENABLED", "DISABLED" -> kept(document.id(), document.state(), facts);
            case "PENDING_DELETION" ->
                new MasterKey.PendingDeletion(
                        kept(document.id(), document.stateBefore(), facts), deletion(document), document.withVault());
            case "DELETED" -> new MasterKey.Deleted(facts, deletion(document));
            default -> throw unknown("key", document.id(), document.state());
        };
    }

    private static MasterKey.Kept kept(String id, @Nullable String state, MasterKey.Facts facts) {
        if ("ENABLED".equals(state)) {
            return new MasterKey.Enabled(facts);
        }
        if ("DISABLED".equals(state)) {
            return new MasterKey.Disabled(facts);
        }
        throw unknown("key", id, String.valueOf(state));
    }

    private static Instant deletion(KeyDocument document) {
        return deletion("key", document.id(), document.timeOfDeletion());
    }

    private static Instant deletion(String what, String id, @Nullable Instant time) {
        if (time == null) {
            throw new IllegalStateException(what + " " + id + " in etcd has no time of deletion");
        }
        return time;
    }

    static Bytes write(KeyVersion version) {
        KeyVersion.Facts facts = version.facts();
        return write(new VersionDocument(
                facts.id().value(),
                facts.keyId().value(),
                facts.number(),
                facts.timeCreated(),
                version.lifecycleState(),
                version.deletionTime().orElse(null),
                facts.origin(),
                facts.autoRotated(),
                facts.publicKey().orElse(null)));
    }

    static KeyVersion version(Bytes json) {
        VersionDocument document = read(json, VersionDocument.class);
        KeyVersion.Facts facts = new KeyVersion.Facts(
                new KeyVersionId(document.id()),
                new KeyId(document.keyId()),
                document.number(),
                document.timeCreated(),
                document.origin() == null ? Origin.INTERNAL : document.origin(),
                document.autoRotated(),
                Optional.ofNullable(document.publicKey()));
        return switch (document.state()) {
            case null -> new KeyVersion.Enabled(facts);
            case "ENABLED" -> new KeyVersion.Enabled(facts);
            case "PENDING_DELETION" ->
                new KeyVersion.PendingDeletion(facts, deletion("version", document.id(), document.timeOfDeletion()));
            case "DELETED" ->
                new KeyVersion.Deleted(facts, deletion("version", document.id(), document.timeOfDeletion()));
            default -> throw unknown("version", document.id(), document.state());
        };
    }

    static Bytes write(Binding binding) {
        Binding.Facts facts = binding.facts();
        String state =
                switch (binding) {
                    case Binding.Reserved reserved -> "RESERVED";
                    case Binding.Active active -> "ACTIVE";
                    case Binding.Released released -> "RELEASED";
                };
        return write(new BindingDocument(
                facts.id().value(),
                state,
                facts.clusterId().value(),
                facts.clusterCompartmentId().value(),
                facts.tenancyId().value(),
                facts.keyId().value(),
                facts.mode(),
                facts.custodian(),
                facts.timeCreated()));
    }

    static Binding binding(Bytes json) {
        BindingDocument document = read(json, BindingDocument.class);
        Binding.Facts facts = new Binding.Facts(
                new BindingId(document.id()),
                new ClusterId(document.clusterId()),
                new CompartmentId(document.clusterCompartmentId()),
                new TenancyId(document.tenancyId()),
                new KeyId(document.keyId()),
                document.mode(),
                document.custodian(),
                document.timeCreated());
        return switch (document.state()) {
            case "RESERVED" -> new Binding.Reserved(facts);
            case "ACTIVE" -> new Binding.Active(facts);
            case "RELEASED" -> new Binding.Released(facts);
            default -> throw unknown("binding", document.id(), document.state());
        };
    }

    private record WrappingKeyDocument(
            String id, String version, byte[] stored, String publicKey, Instant timeCreated) {}

    static Bytes write(WrappingKey key) {
        return write(new WrappingKeyDocument(
                key.id().value(), key.version().value(), key.stored().toArray(), key.publicKey(), key.timeCreated()));
    }

    static WrappingKey wrappingKey(Bytes json) {
        WrappingKeyDocument document = read(json, WrappingKeyDocument.class);
        return new WrappingKey(
                new KeyId(document.id()),
                new KeyVersionId(document.version()),
                Bytes.takeOwnershipOf(document.stored()),
                document.publicKey(),
                document.timeCreated());
    }

    private record TokenKeyDocument(String kid, byte[] publicKey, byte[] sealedPrivateKey) {}

    static Bytes write(TokenKeyRecord key) {
        return write(new TokenKeyDocument(
                key.kid(), key.publicKey().toArray(), key.sealedPrivateKey().toArray()));
    }

    static TokenKeyRecord tokenKey(Bytes json) {
        TokenKeyDocument document = read(json, TokenKeyDocument.class);
        return new TokenKeyRecord(
                document.kid(),
                Bytes.takeOwnershipOf(document.publicKey()),
                Bytes.takeOwnershipOf(document.sealedPrivateKey()));
    }

    private record ExportDocument(
            String version, String principal, String algorithm, String recipientSha256, Instant time) {}

    static Bytes write(Export export) {
        return write(new ExportDocument(
                export.version().value(),
                export.principal(),
                export.algorithm(),
                export.recipientSha256(),
                export.time()));
    }

    static Export export(Bytes json) {
        ExportDocument document = read(json, ExportDocument.class);
        return new Export(
                new KeyVersionId(document.version()),
                document.principal(),
                document.algorithm(),
                document.recipientSha256(),
                document.time());
    }

    private static IllegalStateException unknown(String what, String id, String state) {
        return new IllegalStateException(what + " " + id + " in etcd has the unknown state " + state);
    }

    private static Bytes write(Object document) {
        try {
            return Bytes.takeOwnershipOf(JSON.writeValueAsBytes(document));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record that cannot be written: " + document.getClass(), e);
        }
    }

    private static <T> T read(Bytes json, Class<T> type) {
        try {
            return JSON.readValue(json.toArray(), type);
        } catch (IOException e) {
            throw new IllegalStateException("a record in etcd cannot be read as " + type.getSimpleName(), e);
        }
    }
}
