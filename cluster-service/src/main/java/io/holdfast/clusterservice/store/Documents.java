package io.holdfast.clusterservice.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.holdfast.clusterservice.domain.Actor;
import io.holdfast.clusterservice.domain.Change;
import io.holdfast.clusterservice.domain.Cluster;
import io.holdfast.clusterservice.domain.Intent;
import io.holdfast.clusterservice.domain.KubernetesVersion;
import io.holdfast.clusterservice.domain.VcnId;
import io.holdfast.clusterservice.domain.Wishes;
import io.holdfast.clusterservice.domain.WorkRequest;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.WorkRequestId;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
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

    private record ActorDocument(String userId, String workRequestId, Instant at) {}

    private record ChangeDocument(String name, @Nullable String version, Wishes wishes) {}

    /** @param actor who updates, deletes or deleted it, as the state says */
    private record ClusterDocument(
            String id,
            String state,
            String tenancyId,
            String compartmentId,
            String name,
            String vcnId,
            String kubernetesVersion,
            String keyId,
            String bindingId,
            Wishes wishes,
            ActorDocument created,
            @Nullable ActorDocument updated,
            @Nullable String endpoint,
            @Nullable ChangeDocument change,
            @Nullable ActorDocument actor,
            @Nullable String why) {}

    private record WorkDocument(
            String id,
            String status,
            String operation,
            String compartmentId,
            String clusterId,
            Instant timeAccepted,
            String requestedBy,
            @Nullable Instant timeStarted,
            @Nullable Instant timeFinished,
            List<WorkRequest.Entry> logs,
            List<WorkRequest.Failure> errors) {}

    private record IntentDocument(String clusterId, String keyId, Instant at, boolean abandoned) {}

    static Bytes write(Cluster cluster) {
        Cluster.Facts facts = cluster.facts();
        @Nullable ChangeDocument change = null;
        @Nullable ActorDocument actor = null;
        @Nullable String why = null;
        switch (cluster) {
            case Cluster.Creating creating -> {}
            case Cluster.Active active -> {}
            case Cluster.Updating updating -> {
                change = new ChangeDocument(
                        updating.change().name(),
                        updating.change()
                                .version()
                                .map(KubernetesVersion::toString)
                                .orElse(null),
                        updating.change().wishes());
                actor = document(updating.actor());
            }
            case Cluster.Deleting deleting -> actor = document(deleting.actor());
            case Cluster.Deleted deleted -> actor = document(deleted.deleted());
            case Cluster.Failed failed -> why = failed.why();
        }
        return write(new ClusterDocument(
                facts.id().value(),
                cluster.lifecycleState(),
                facts.tenancyId().value(),
                facts.compartmentId().value(),
                facts.name(),
                facts.vcnId().value(),
                facts.version().toString(),
                facts.keyId().value(),
                facts.bindingId().value(),
                facts.wishes(),
                document(facts.created()),
                facts.updated().map(Documents::document).orElse(null),
                cluster.endpoint().orElse(null),
                change,
                actor,
                why));
    }

    static Cluster cluster(Bytes json) {
        ClusterDocument document = read(json, ClusterDocument.class);
        Cluster.Facts facts = new Cluster.Facts(
                new ClusterId(document.id()),
                new TenancyId(document.tenancyId()),
                new CompartmentId(document.compartmentId()),
                document.name(),
                new VcnId(document.vcnId()),
                KubernetesVersion.parse(document.kubernetesVersion()),
                new KeyId(document.keyId()),
                new BindingId(document.bindingId()),
                document.wishes(),
                actor(document.created()),
                Optional.ofNullable(document.updated()).map(Documents::actor));
        Optional<String> endpoint = Optional.ofNullable(document.endpoint());
        return switch (document.state()) {
            case "CREATING" -> new Cluster.Creating(facts);
            case "ACTIVE" -> new Cluster.Active(facts, endpoint);
            case "UPDATING" ->
                new Cluster.Updating(
                        facts, endpoint, change(document), actor(require(document.actor(), document.id(), "actor")));
            case "DELETING" ->
                new Cluster.Deleting(facts, endpoint, actor(require(document.actor(), document.id(), "actor")));
            case "DELETED" -> new Cluster.Deleted(facts, actor(require(document.actor(), document.id(), "actor")));
            case "FAILED" -> new Cluster.Failed(facts, require(document.why(), document.id(), "reason"));
            default ->
                throw new IllegalStateException(
                        "cluster " + document.id() + " in etcd has the unknown state " + document.state());
        };
    }

    private static Change change(ClusterDocument document) {
        ChangeDocument change = require(document.change(), document.id(), "change");
        return new Change(
                change.name(), Optional.ofNullable(change.version()).map(KubernetesVersion::parse), change.wishes());
    }

    static Bytes write(WorkRequest work) {
        WorkRequest.Facts facts = work.facts();
        return write(new WorkDocument(
                facts.id().value(),
                work.status(),
                facts.operation().name(),
                facts.compartmentId().value(),
                facts.clusterId().value(),
                facts.timeAccepted(),
                facts.requestedBy(),
                work.timeStarted().orElse(null),
                work.timeFinished().orElse(null),
                work.logs(),
                work.errors()));
    }

    static WorkRequest work(Bytes json) {
        WorkDocument document = read(json, WorkDocument.class);
        WorkRequest.Facts facts = new WorkRequest.Facts(
                new WorkRequestId(document.id()),
                WorkRequest.Operation.valueOf(document.operation()),
                new CompartmentId(document.compartmentId()),
                new ClusterId(document.clusterId()),
                document.timeAccepted(),
                document.requestedBy());
        return switch (document.status()) {
            case "ACCEPTED" -> new WorkRequest.Accepted(facts, document.logs());
            case "IN_PROGRESS" ->
                new WorkRequest.InProgress(
                        facts, require(document.timeStarted(), document.id(), "start"), document.logs());
            case "SUCCEEDED" ->
                new WorkRequest.Succeeded(
                        facts,
                        require(document.timeStarted(), document.id(), "start"),
                        require(document.timeFinished(), document.id(), "end"),
                        document.logs());
            case "FAILED" ->
                new WorkRequest.Failed(
                        facts,
                        require(document.timeStarted(), document.id(), "start"),
                        require(document.timeFinished(), document.id(), "end"),
                        document.logs(),
                        document.errors());
            default ->
                throw new IllegalStateException(
                        "work request " + document.id() + " in etcd has the unknown status " + document.status());
        };
    }

    static Bytes write(Intent intent) {
        return write(new IntentDocument(
                intent.clusterId().value(), intent.keyId().value(), intent.at(), intent.abandoned()));
    }

    static Intent intent(Bytes json) {
        IntentDocument document = read(json, IntentDocument.class);
        return new Intent(
                new ClusterId(document.clusterId()), new KeyId(document.keyId()), document.at(), document.abandoned());
    }

    private static ActorDocument document(Actor actor) {
        return new ActorDocument(actor.userId(), actor.workRequestId().value(), actor.at());
    }

    private static Actor actor(ActorDocument document) {
        return new Actor(document.userId(), new WorkRequestId(document.workRequestId()), document.at());
    }

    private static <T> T require(@Nullable T value, String id, String what) {
        if (value == null) {
            throw new IllegalStateException("the record of " + id + " in etcd has no " + what);
        }
        return value;
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
