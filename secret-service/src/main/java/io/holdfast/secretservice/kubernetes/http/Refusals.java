package io.holdfast.secretservice.kubernetes.http;

import io.holdfast.secretservice.kubernetes.model.ApiRefusal;
import io.holdfast.secretservice.kubernetes.model.ApiStatus;
import io.holdfast.secretservice.kubernetes.model.ApiStatus.Cause;
import io.holdfast.secretservice.kubernetes.model.ApiStatus.Details;
import io.holdfast.secretservice.kubernetes.model.ResourceKind;
import io.holdfast.secretservice.storage.ObjectStorage.ObjectName;
import io.holdfast.secretservice.storage.StorageRefusal;
import java.util.ArrayList;
import java.util.List;

/** The storage's refusals as Kubernetes says them. */
final class Refusals {
    private Refusals() {}

    /**
     * @param namespace of the request, empty for all
     * @param name of the request, empty where it names none
     */
    static ApiRefusal of(StorageRefusal refusal, ResourceKind kind, String namespace, String name) {
        return switch (refusal) {
            case StorageRefusal.ClusterUnknown unknown -> ApiRefusal.pathUnknown();
            case StorageRefusal.ObjectUnknown unknown -> ApiRefusal.notFound(kind, name);
            case StorageRefusal.ObjectExists exists -> ApiRefusal.alreadyExists(kind, name);
            case StorageRefusal.NamespaceUnknown unknown -> ApiRefusal.notFound(ResourceKind.NAMESPACE, namespace);
            case StorageRefusal.ObjectChanged changed -> ApiRefusal.conflict(kind, name);
            case StorageRefusal.RevisionExpired expired ->
                ApiRefusal.expired(
                        "The resourceVersion or continue parameter is too old: the revision is compacted. Start a"
                                + " new list without the continue parameter.");
            case StorageRefusal.ObjectsDamaged damaged -> damaged(damaged, kind);
            case StorageRefusal.KeyAccessBlocked blocked -> blocked(blocked, kind, name);
            case StorageRefusal.StorageUnavailable unavailable ->
                ApiRefusal.unavailable("the storage does not answer; try again");
        };
    }

    private static ApiRefusal blocked(StorageRefusal.KeyAccessBlocked blocked, ResourceKind kind, String name) {
        String message = "master key " + blocked.keyId() + ": " + blocked.denial() + ": " + blocked.explanation();
        String subject = name.isEmpty() ? kind.plural() : kind.plural() + " \"" + name + "\"";
        return ApiRefusal.forbidden(
                subject + " is forbidden: the cluster's Secrets are encrypted under a key that may not be used now: "
                        + message,
                Details.of(name, kind.plural(), List.of(new Cause("KeyAccessBlocked", message, ""))));
    }

    private static ApiRefusal damaged(StorageRefusal.ObjectsDamaged damaged, ResourceKind kind) {
        List<ObjectName> objects = damaged.objects();
        List<Cause> causes = new ArrayList<>();
        for (ObjectName object : objects.subList(0, Math.min(objects.size(), ApiRefusal.MAX_CAUSES))) {
            causes.add(new Cause(
                    "UnexpectedServerResponse",
                    "the stored value cannot be opened; nothing was overwritten",
                    pathOf(kind, object)));
        }
        return ApiRefusal.unreadable(
                "failed to read one or more " + kind.plural() + " from the storage: "
                        + pathOf(kind, objects.getFirst())
                        + (objects.size() == 1 ? "" : " and " + (objects.size() - 1) + " more"),
                Details.of(objects.size() == 1 ? objects.getFirst().name() : "", kind.plural(), causes));
    }

    private static String pathOf(ResourceKind kind, ObjectName object) {
        return "/" + kind.plural() + "/" + (object.namespace().isEmpty() ? "" : object.namespace() + "/")
                + object.name();
    }

    /** For what is our fault: nothing of it is told, it is in the log. */
    static ApiStatus internal() {
        return new ApiStatus(500, "InternalError", "Internal error occurred", Details.NONE);
    }
}
