package io.holdfast.secretservice.kubernetes.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.platform.http.Authorizer.Decision;
import io.holdfast.secretservice.kubernetes.http.Access.Asked;
import io.holdfast.secretservice.kubernetes.http.Access.Right;
import io.holdfast.secretservice.kubernetes.http.Reading.Found;
import io.holdfast.secretservice.kubernetes.model.ApiRefusal;
import io.holdfast.secretservice.kubernetes.model.ApiStatus;
import io.holdfast.secretservice.kubernetes.model.FieldOwnership;
import io.holdfast.secretservice.kubernetes.model.Json;
import io.holdfast.secretservice.kubernetes.model.ObjectText;
import io.holdfast.secretservice.kubernetes.model.Objects;
import io.holdfast.secretservice.kubernetes.model.Patches;
import io.holdfast.secretservice.kubernetes.model.Rendition;
import io.holdfast.secretservice.kubernetes.model.ResourceKind;
import io.holdfast.secretservice.kubernetes.model.Validation;
import io.holdfast.secretservice.storage.ObjectStorage;
import io.holdfast.secretservice.storage.ObjectStorage.CommitGuard;
import io.holdfast.secretservice.storage.ObjectStorage.Continuation;
import io.holdfast.secretservice.storage.ObjectStorage.NamePage;
import io.holdfast.secretservice.storage.ObjectStorage.ObjectName;
import io.holdfast.secretservice.storage.ObjectStorage.Resource;
import io.holdfast.secretservice.storage.ObjectStorage.StoredObject;
import io.holdfast.secretservice.storage.StorageRefusal;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** create, update, patch, delete and deletecollection. */
final class Writing {
    /** Lost races in a row before the client is told. */
    private static final int TRIES = 5;

    private static final int NAME_TRIES = 8;
    /** Deletes of one namespace: each round is a page. */
    private static final int MAX_ROUNDS = 1_000;

    private static final Set<String> KEPT_NAMESPACES = Set.of("default", "kube-system", "kube-public");

    private final ObjectStorage storage;
    private final Access access;
    private final Reading reading;
    private final Supplier<Instant> clock;
    private final SecureRandom random = new SecureRandom();

    Writing(ObjectStorage storage, Access access, Reading reading, Supplier<Instant> clock) {
        this.storage = storage;
        this.access = access;
        this.reading = reading;
        this.clock = clock;
    }

    /**
     * A write that has happened and its answer.
     *
     * @param again makes the answer anew, from what is stored now, when the first could not be delivered
     */
    record Done(Answer answer, Supplier<Answer> again) {
        /** An answer that cannot be made anew: a delivery that was refused has wiped its bytes. */
        static Done of(Answer answer) {
            return new Done(answer, () -> {
                throw ApiRefusal.unavailable("the access state of the cluster's key has just changed; try again");
            });
        }
    }

    Done create(Call call) {
        Rendition form = Reading.form(call);
        boolean dryRun = call.dryRun();
        ObjectText.Read body = ObjectText.readBody(
                call.kind(),
                call.request().header("content-type"),
                call.request().body());
        List<String> warnings = fieldValidation(call, body.unknown(), body.duplicated());
        ObjectNode object = body.object();
        ObjectNode meta = Json.objectIn(object, "metadata");
        Asked asked = call.asked("create", Json.text(meta, "name")).ofType(typeOf(call, object));
        Right right = access.right(call, asked);
        if (!Json.text(meta, "resourceVersion").isEmpty()) {
            throw ApiRefusal.badRequest("resourceVersion should not be set on objects to be created");
        }
        requireNamespace(call, meta);
        boolean generated = Json.text(meta, "name").isEmpty();
        for (int attempt = 1; ; attempt++) {
            ObjectNode candidate = object.deepCopy();
            Objects.prepareNew(call.kind(), candidate, call.namespace(), clock.get(), random);
            Validation.ofNew(call.kind(), candidate);
            FieldOwnership.recordUpdate(Json.object(), candidate, manager(call), clock.get());
            try {
                return created(call, form, candidate, warnings, right, dryRun);
            } catch (StorageRefusal.ObjectExists taken) {
                if (!generated || attempt >= NAME_TRIES) {
                    throw Refusals.of(taken, call.kind(), call.namespace(), nameOf(candidate));
                }
            }
        }
    }

    private Done created(
            Call call, Rendition form, ObjectNode object, List<String> warnings, Right right, boolean dryRun) {
        String name = nameOf(object);
        if (dryRun) {
            requireAbsent(call, name);
            return Done.of(reading.one(call, form, 201, new Found(object, 0, 0), warnings, right.stateRevision()));
        }
        Found found = stored(
                call,
                object,
                value -> storage.create(call.cluster().id(), call.resource(), call.namespace(), name, value, right));
        return answered(call, form, 201, name, found, warnings, right.stateRevision());
    }

    private void requireAbsent(Call call, String name) {
        if (call.kind().namespaced()) {
            try {
                storage.read(call.cluster().id(), Resource.NAMESPACES, "", call.namespace())
                        .value()
                        .close();
            } catch (StorageRefusal.ObjectUnknown unknown) {
                throw ApiRefusal.notFound(ResourceKind.NAMESPACE, call.namespace());
            }
        }
        if (reading.locate(call, name) != null) {
            throw new StorageRefusal.ObjectExists();
        }
    }

    /** Writes an object and gives it as it now stands. */
    private Found stored(Call call, ObjectNode object, Function<SecretBytes, StoredObject> write) {
        try (SecretBytes value = ObjectText.toStorage(call.kind(), object)) {
            return Reading.opened(call.kind(), write.apply(value));
        }
    }

    private Done answered(
            Call call, Rendition form, int code, String name, Found found, List<String> warnings, long decision) {
        Asked asked = call.asked("get", name);
        return new Done(reading.one(call, form, code, found, warnings, decision), () -> {
            Found now = reading.read(call, name);
            // The access state has moved on since the write: what is shown now needs to be allowed now.
            Optional<Decision> allowed = access.decide(call, asked);
            long again = access.requireFor(call, asked, allowed, now.object()).stateRevision();
            return reading.one(call, form, code, now, warnings, again);
        });
    }

    Done update(Call call) {
        Rendition form = Reading.form(call);
        boolean dryRun = call.dryRun();
        ObjectText.Read body = ObjectText.readBody(
                call.kind(),
                call.request().header("content-type"),
                call.request().body());
        List<String> warnings = fieldValidation(call, body.unknown(), body.duplicated());
        ObjectNode sent = body.object();
        ObjectNode meta = Json.objectIn(sent, "metadata");
        if (Json.text(meta, "name").isEmpty()) {
            meta.put("name", call.name());
        }
        requireName(call, meta);
        requireNamespace(call, meta);
        Precondition precondition = Precondition.of(meta);
        boolean reset = FieldOwnership.asksForReset(sent);
        return change(call, form, "update", dryRun, warnings, current -> {
            precondition.check(call, current.object());
            ObjectNode after = sent.deepCopy();
            Objects.prepareChange(call.kind(), current.object(), after);
            Validation.ofChange(call.kind(), current.object(), after);
            if (reset) {
                Json.objectIn(after, "metadata").remove("managedFields");
            } else {
                FieldOwnership.recordUpdate(current.object(), after, manager(call), clock.get());
            }
            return new Changed(after, !precondition.resourceVersion().isEmpty());
        });
    }

    Done patch(Call call) {
        Rendition form = Reading.form(call);
        boolean dryRun = call.dryRun();
        String type = ObjectText.essence(call.request().header("content-type"));
        byte[] body = call.request().body();
        return switch (type) {
            case "application/merge-patch+json", "application/strategic-merge-patch+json" -> {
                if (!(Json.read(body) instanceof ObjectNode patch)) {
                    throw ApiRefusal.badRequest("the patch is no JSON object");
                }
                yield patch(
                        call,
                        form,
                        dryRun,
                        type.startsWith("application/merge")
                                ? target -> Patches.merge(target, patch)
                                : target -> Patches.strategic(target, patch));
            }
            case "application/json-patch+json" -> {
                JsonNode patch = Json.read(body);
                if (patch == null) {
                    throw ApiRefusal.badRequest("the patch is no JSON");
                }
                yield patch(call, form, dryRun, target -> Patches.operations(target, patch));
            }
            case "application/apply-patch+yaml" -> apply(call, form, dryRun);
            default ->
                throw ApiRefusal.unsupportedMediaType(
                        "the body of the request was in an unknown format - accepted media types include:"
                                + " application/json-patch+json, application/merge-patch+json,"
                                + " application/strategic-merge-patch+json, application/apply-patch+yaml");
        };
    }

    private Done patch(Call call, Rendition form, boolean dryRun, Function<ObjectNode, ObjectNode> patch) {
        List<String> warnings = new ArrayList<>();
        return change(call, form, "patch", dryRun, warnings, current -> {
            ObjectNode before = current.object();
            ObjectNode patched = patch.apply(Patches.textForm(before));
            List<String> unknown = new ArrayList<>();
            ObjectNode after = ObjectText.conform(call.kind(), patched, unknown);
            warnings.clear();
            warnings.addAll(fieldValidation(call, unknown, false));
            requireSameKind(call, patched);
            ObjectNode meta = Json.objectIn(after, "metadata");
            requireName(call, meta);
            Precondition precondition = Precondition.of(meta);
            precondition.check(call, before);
            // The version that the patch left as it was is no precondition.
            boolean conditional = !precondition.resourceVersion().isEmpty() && namesVersion(call);
            boolean reset = FieldOwnership.asksForReset(patched);
            Objects.prepareChange(call.kind(), before, after);
            Validation.ofChange(call.kind(), before, after);
            if (reset) {
                Json.objectIn(after, "metadata").remove("managedFields");
            } else {
                FieldOwnership.recordUpdate(before, after, manager(call), clock.get());
            }
            return new Changed(after, conditional);
        });
    }

    /** Whether a merge patch itself names a resourceVersion. */
    private static boolean namesVersion(Call call) {
        JsonNode patch = Json.read(call.request().body());
        return patch instanceof ObjectNode object
                && !Json.text(Json.objectAt(object, "metadata"), "resourceVersion")
                        .isEmpty();
    }

    private static void requireSameKind(Call call, ObjectNode patched) {
        if (!Json.text(patched, "kind").equals(call.kind().kind())
                || !Json.text(patched, "apiVersion").equals("v1")) {
            throw ApiRefusal.badRequest("a patch cannot change kind or apiVersion");
        }
    }

    private Done apply(Call call, Rendition form, boolean dryRun) {
        String manager = call.request().parameter("fieldManager");
        if (manager.isEmpty()) {
            throw ApiRefusal.badRequest("PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is"
                    + " required for apply patch");
        }
        Validation.fieldManager(call.kind(), manager);
        JsonNode sent = Json.readYaml(call.request().body());
        if (!(sent instanceof ObjectNode)) {
            throw ApiRefusal.badRequest("the applied configuration is no YAML object");
        }
        if (!Json.text(sent, "kind").equals(call.kind().kind())
                || !Json.text(sent, "apiVersion").equals("v1")) {
            throw ApiRefusal.badRequest("the applied configuration must be of apiVersion v1 and kind "
                    + call.kind().kind());
        }
        List<String> unknown = new ArrayList<>();
        ObjectNode applied = ObjectText.conform(call.kind(), sent, unknown);
        List<String> warnings = fieldValidation(call, unknown, false);
        ObjectNode meta = Json.objectIn(applied, "metadata");
        if (!Json.arrayAt(meta, "managedFields").isEmpty()) {
            throw ApiRefusal.badRequest("metadata.managedFields must be nil");
        }
        if (Json.text(meta, "name").isEmpty()) {
            meta.put("name", call.name());
        }
        requireName(call, meta);
        requireNamespace(call, meta);
        Precondition precondition = Precondition.of(meta);
        boolean force = call.request().flag("force");
        // What the server would make of it: stringData in data. A type that is not applied is not owned.
        boolean typed = applied.get("type") != null;
        Objects.defaults(call.kind(), applied);
        if (!typed) {
            applied.remove("type");
        }
        for (int attempt = 0; attempt < TRIES; attempt++) {
            try {
                return change(call, form, "patch", dryRun, warnings, current -> {
                    precondition.check(call, current.object());
                    ObjectNode after = FieldOwnership.apply(current.object(), applied, manager, force, clock.get());
                    Objects.prepareChange(call.kind(), current.object(), after);
                    Validation.ofChange(call.kind(), current.object(), after);
                    return new Changed(after, !precondition.resourceVersion().isEmpty());
                });
            } catch (StorageRefusal.ObjectUnknown absent) {
                if (!precondition.uid().isEmpty()
                        || !precondition.resourceVersion().isEmpty()) {
                    throw ApiRefusal.conflict(
                            call.kind(),
                            call.name(),
                            "the object does not exist, but a uid or resourceVersion was given");
                }
            }
            try {
                return applyNew(call, form, dryRun, applied, manager, warnings);
            } catch (StorageRefusal.ObjectExists raced) {
                // Another came first: apply to what it made.
            }
        }
        throw ApiRefusal.conflict(call.kind(), call.name());
    }

    private Done applyNew(
            Call call, Rendition form, boolean dryRun, ObjectNode applied, String manager, List<String> warnings) {
        ObjectNode object = applied.deepCopy();
        Right right = access.right(call, call.asked("create").ofType(typeOf(call, object)));
        Objects.prepareNew(call.kind(), object, call.namespace(), clock.get(), random);
        ObjectNode bare = object.deepCopy();
        ObjectNode owned = FieldOwnership.apply(bare, applied, manager, true, clock.get());
        Validation.ofNew(call.kind(), owned);
        return created(call, form, owned, warnings, right, dryRun);
    }

    /**
     * What a change makes of an object.
     *
     * @param conditional whether the client named the version that it changes: then a lost race is the client's to know
     */
    private record Changed(ObjectNode object, boolean conditional) {}

    private Done change(
            Call call,
            Rendition form,
            String verb,
            boolean dryRun,
            List<String> warnings,
            Function<Found, Changed> change) {
        Asked asked = call.asked(verb);
        Optional<Decision> allowed = access.decide(call, asked);
        for (int attempt = 0; attempt < TRIES; attempt++) {
            Found current;
            try {
                current = reading.read(call, call.name());
            } catch (StorageRefusal refusal) {
                access.requireFor(call, asked, allowed, null);
                throw refusal;
            }
            Right right = access.rightFor(call, asked, allowed, current.object());
            Changed changed = change.apply(current);
            ObjectNode after = changed.object();
            if (dryRun) {
                Json.objectIn(after, "metadata").put("resourceVersion", Long.toString(current.revision()));
                return Done.of(reading.one(
                        call,
                        form,
                        200,
                        new Found(after, current.revision(), current.stateRevision()),
                        warnings,
                        right.stateRevision()));
            }
            try {
                if (isReleased(after)) {
                    storage.delete(
                            call.cluster().id(),
                            call.resource(),
                            call.namespace(),
                            call.name(),
                            current.revision(),
                            right);
                    String uid = Json.text(Json.objectAt(after, "metadata"), "uid");
                    Answer last = reading.one(
                            call,
                            form,
                            200,
                            new Found(after, current.revision(), current.stateRevision()),
                            warnings,
                            right.stateRevision());
                    // It has happened and nothing is left to read: what is told again holds no content.
                    return new Done(
                            last,
                            () -> Answer.json(200, ApiStatus.deleted(call.kind(), call.name(), uid), warnings, 0));
                }
                // A no-op update writes what is stale, and only that: the rotation command of Kubernetes relies on it.
                boolean same = Objects.same(current.object(), after);
                Found found = stored(
                        call,
                        after,
                        value -> same
                                ? storage.refresh(
                                        call.cluster().id(),
                                        call.resource(),
                                        call.namespace(),
                                        call.name(),
                                        current.revision(),
                                        value,
                                        right)
                                : storage.replace(
                                        call.cluster().id(),
                                        call.resource(),
                                        call.namespace(),
                                        call.name(),
                                        current.revision(),
                                        value,
                                        right));
                return answered(call, form, 200, call.name(), found, warnings, right.stateRevision());
            } catch (StorageRefusal.ObjectChanged raced) {
                if (changed.conditional()) {
                    throw raced;
                }
            } finally {
                ObjectText.wipe(current.object());
            }
        }
        throw ApiRefusal.conflict(call.kind(), call.name());
    }

    /** An object that is being deleted goes when its last finalizer does. */
    private static boolean isReleased(ObjectNode object) {
        ObjectNode meta = Json.objectAt(object, "metadata");
        return !Json.text(meta, "deletionTimestamp").isEmpty()
                && Json.arrayAt(meta, "finalizers").isEmpty();
    }

    /** uid and resourceVersion that a client expects; empty for any. */
    private record Precondition(String uid, String resourceVersion) {
        static Precondition of(JsonNode node) {
            return new Precondition(Json.text(node, "uid"), Json.text(node, "resourceVersion"));
        }

        void check(Call call, ObjectNode object) {
            ObjectNode meta = Json.objectAt(object, "metadata");
            String foundUid = Json.text(meta, "uid");
            if (!uid.isEmpty() && !uid.equals(foundUid)) {
                throw ApiRefusal.conflict(
                        call.kind(),
                        call.name(),
                        "Precondition failed: UID in precondition: " + io.holdfast.kernel.Printable.shorten(uid)
                                + ", UID in object meta: " + foundUid);
            }
            if (!resourceVersion.isEmpty()
                    && !resourceVersion.equals("0")
                    && !resourceVersion.equals(Json.text(meta, "resourceVersion"))) {
                throw ApiRefusal.conflict(call.kind(), call.name());
            }
        }
    }

    // Deletion

    /** DeleteOptions of the body and the query together. */
    private record Deletion(boolean dryRun, boolean evenUnreadable, Precondition precondition) {
        static Deletion of(Call call) {
            ObjectNode options = ObjectText.readDeleteOptions(
                    call.request().header("content-type"), call.request().body());
            boolean dryRun = call.dryRun();
            for (JsonNode stage : Json.arrayAt(options, "dryRun")) {
                if (!stage.asText().equals("All")) {
                    throw ApiRefusal.badRequest("dryRun: Unsupported value: supported values: \"All\"");
                }
                dryRun = true;
            }
            return new Deletion(
                    dryRun,
                    options.path("ignoreStoreReadErrorWithClusterBreakingPotential")
                                    .asBoolean(false)
                            || call.request().flag("ignoreStoreReadErrorWithClusterBreakingPotential"),
                    Precondition.of(Json.objectAt(options, "preconditions")));
        }

        boolean mayDrop(StorageRefusal refusal) {
            return switch (refusal) {
                case StorageRefusal.KeyAccessBlocked blocked -> blocked.permanent() || evenUnreadable;
                case StorageRefusal.ObjectsDamaged damaged -> evenUnreadable;
                case StorageRefusal.ClusterUnknown other -> false;
                case StorageRefusal.ObjectUnknown other -> false;
                case StorageRefusal.ObjectExists other -> false;
                case StorageRefusal.NamespaceUnknown other -> false;
                case StorageRefusal.ObjectChanged other -> false;
                case StorageRefusal.RevisionExpired other -> false;
                case StorageRefusal.StorageUnavailable other -> false;
            };
        }
    }

    Done delete(Call call) {
        Rendition form = Reading.form(call);
        Deletion deletion = Deletion.of(call);
        Asked asked = call.asked("delete");
        Optional<Decision> allowed = access.decide(call, asked);
        for (int attempt = 0; attempt < TRIES; attempt++) {
            Found found;
            try {
                found = reading.read(call, call.name());
            } catch (StorageRefusal refusal) {
                Right right = access.rightFor(call, asked, allowed, null);
                if (!deletion.mayDrop(refusal)) {
                    throw refusal;
                }
                return dropUnread(call, deletion, right);
            }
            Right right = access.rightFor(call, asked, allowed, found.object());
            deletion.precondition().check(call, found.object());
            try {
                return switch (call.kind()) {
                    case SECRET -> deleteSecret(call, form, deletion, found, right);
                    case NAMESPACE -> deleteNamespace(call, form, deletion, found, right);
                };
            } catch (StorageRefusal.ObjectChanged raced) {
                if (!deletion.precondition().resourceVersion().isEmpty()) {
                    throw raced;
                }
            } finally {
                ObjectText.wipe(found.object());
            }
        }
        throw ApiRefusal.conflict(call.kind(), call.name());
    }

    private Done deleteSecret(Call call, Rendition form, Deletion deletion, Found found, Right right) {
        ObjectNode meta = Json.objectAt(found.object(), "metadata");
        if (!Json.arrayAt(meta, "finalizers").isEmpty()) {
            return awaitFinalizers(call, form, deletion, found, right);
        }
        if (!deletion.dryRun()) {
            storage.delete(
                    call.cluster().id(), call.resource(), call.namespace(), call.name(), found.revision(), right);
        }
        return Done.of(Answer.json(200, ApiStatus.deleted(call.kind(), call.name(), Json.text(meta, "uid"))));
    }

    /** Marks the object; it goes when the last finalizer is removed. */
    private Done awaitFinalizers(Call call, Rendition form, Deletion deletion, Found found, Right right) {
        ObjectNode after = found.object().deepCopy();
        ObjectNode meta = Json.objectIn(after, "metadata");
        if (Json.text(meta, "deletionTimestamp").isEmpty()) {
            meta.put(
                    "deletionTimestamp",
                    clock.get()
                            .truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                            .toString());
            meta.put("deletionGracePeriodSeconds", 0);
        }
        if (deletion.dryRun()) {
            return Done.of(reading.one(
                    call,
                    form,
                    200,
                    new Found(after, found.revision(), found.stateRevision()),
                    List.of(),
                    right.stateRevision()));
        }
        Found stored = stored(
                call,
                after,
                value -> storage.replace(
                        call.cluster().id(),
                        call.resource(),
                        call.namespace(),
                        call.name(),
                        found.revision(),
                        value,
                        right));
        return answered(call, form, 200, call.name(), stored, List.of(), right.stateRevision());
    }

    private Done dropUnread(Call call, Deletion deletion, Right right) {
        if (!deletion.precondition().uid().isEmpty()) {
            throw ApiRefusal.conflict(
                    call.kind(), call.name(), "the object cannot be read, so its uid cannot be compared");
        }
        for (int attempt = 0; attempt < TRIES; attempt++) {
            ObjectName name = reading.locate(call, call.name());
            if (name == null) {
                throw new StorageRefusal.ObjectUnknown();
            }
            String wanted = deletion.precondition().resourceVersion();
            if (!wanted.isEmpty() && !wanted.equals(Long.toString(name.revision()))) {
                throw ApiRefusal.conflict(call.kind(), call.name());
            }
            try {
                if (!deletion.dryRun()) {
                    storage.delete(
                            call.cluster().id(),
                            call.resource(),
                            call.namespace(),
                            call.name(),
                            name.revision(),
                            right);
                }
                return Done.of(Answer.json(200, ApiStatus.deleted(call.kind(), call.name(), "")));
            } catch (StorageRefusal.ObjectChanged raced) {
                // Look again.
            }
        }
        throw ApiRefusal.conflict(call.kind(), call.name());
    }

    /** The Secrets first, then the namespace, then what was created between the two: from there on none can be. */
    private Done deleteNamespace(Call call, Rendition form, Deletion deletion, Found found, Right right) {
        String name = call.name();
        if (KEPT_NAMESPACES.contains(name)) {
            throw ApiRefusal.forbidden(
                    "namespaces \"" + name + "\" is forbidden: this namespace may not be deleted",
                    ApiStatus.Details.of(name, "namespaces"));
        }
        Call secrets = new Call(call.request(), call.holder(), call.cluster(), ResourceKind.SECRET, name, "");
        if (!deletion.dryRun()) {
            empty(secrets, deletion, right);
            storage.delete(call.cluster().id(), Resource.NAMESPACES, "", name, found.revision(), right);
            // The end of a deletion that has happened: it must not depend on a right, which may be gone.
            empty(secrets, deletion, null);
        }
        ObjectNode gone = found.object();
        Json.objectIn(gone, "metadata")
                .put(
                        "deletionTimestamp",
                        clock.get()
                                .truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                                .toString());
        Json.objectIn(gone, "status").put("phase", "Terminating");
        return Done.of(reading.one(call, form, 200, new Found(gone, found.revision(), 0), List.of(), 0));
    }

    private void empty(Call secrets, Deletion deletion, @Nullable Right right) {
        for (int round = 0; round < MAX_ROUNDS; round++) {
            if (right != null) {
                right.renew();
            }
            NamePage page =
                    storage.names(secrets.cluster().id(), Resource.SECRETS, secrets.namespace(), null, Reading.PAGE);
            if (page.names().isEmpty()) {
                return;
            }
            requireReadable(secrets, deletion);
            for (ObjectName name : page.names()) {
                try {
                    storage.delete(
                            secrets.cluster().id(),
                            Resource.SECRETS,
                            name.namespace(),
                            name.name(),
                            name.revision(),
                            right == null ? CommitGuard.NONE : right);
                } catch (StorageRefusal.ObjectUnknown | StorageRefusal.ObjectChanged raced) {
                    // Gone already, or met again in the next round.
                }
            }
        }
        throw ApiRefusal.conflict(
                ResourceKind.NAMESPACE,
                secrets.namespace(),
                "Secrets are created in it faster than they can be deleted");
    }

    /** A page that cannot be read, or waits for finalizers, is not dropped unless the client asked for that. */
    private void requireReadable(Call secrets, Deletion deletion) {
        try {
            ObjectStorage.ObjectPage page =
                    storage.list(secrets.cluster().id(), Resource.SECRETS, secrets.namespace(), null, Reading.PAGE);
            String held = "";
            try {
                for (StoredObject stored : page.objects()) {
                    Found found = Reading.opened(ResourceKind.SECRET, stored);
                    if (!Json.arrayAt(Json.objectAt(found.object(), "metadata"), "finalizers")
                            .isEmpty()) {
                        held = stored.name();
                    }
                    ObjectText.wipe(found.object());
                }
            } finally {
                page.objects().forEach(it -> it.value().close());
            }
            if (!held.isEmpty()) {
                throw ApiRefusal.conflict(
                        ResourceKind.NAMESPACE,
                        secrets.namespace(),
                        "the finalizers of Secret \"" + held + "\" must be removed first");
            }
        } catch (StorageRefusal refusal) {
            if (!deletion.mayDrop(refusal)) {
                throw Refusals.of(refusal, ResourceKind.SECRET, secrets.namespace(), "");
            }
        }
    }

    Done deleteCollection(Call call) {
        if (call.kind() != ResourceKind.SECRET || call.namespace().isEmpty()) {
            throw ApiRefusal.methodNotAllowed();
        }
        Deletion deletion = Deletion.of(call);
        Reading.Selection selection = Reading.Selection.of(call);
        Right right = access.right(call, Reading.asked(call, "deletecollection", selection));
        Continuation from = null;
        do {
            if (from != null) {
                right.renew();
            }
            ObjectStorage.ObjectPage page;
            try {
                page = storage.list(call.cluster().id(), call.resource(), call.namespace(), from, Reading.PAGE);
            } catch (StorageRefusal refusal) {
                if (!deletion.mayDrop(refusal) || !selection.isAll()) {
                    throw refusal;
                }
                if (!deletion.dryRun()) {
                    dropAll(call, right);
                }
                break;
            }
            try {
                for (StoredObject stored : page.objects()) {
                    Found found = Reading.opened(call.kind(), stored);
                    try {
                        if (selection.matches(found.object()) && !deletion.dryRun()) {
                            deleteOne(call, deletion, stored.name(), found, right);
                        }
                    } finally {
                        ObjectText.wipe(found.object());
                    }
                }
            } finally {
                page.objects().forEach(it -> it.value().close());
            }
            from = page.next();
        } while (from != null);
        return Done.of(Answer.json(200, ApiStatus.deleted(call.kind(), "", "")));
    }

    private void deleteOne(Call call, Deletion deletion, String name, Found found, Right right) {
        Call one = new Call(call.request(), call.holder(), call.cluster(), call.kind(), call.namespace(), name);
        try {
            if (Json.arrayAt(Json.objectAt(found.object(), "metadata"), "finalizers")
                    .isEmpty()) {
                storage.delete(call.cluster().id(), call.resource(), call.namespace(), name, found.revision(), right);
            } else {
                awaitFinalizers(one, new Rendition.Objects(), deletion, found, right);
            }
        } catch (StorageRefusal.ObjectUnknown | StorageRefusal.ObjectChanged raced) {
            // What was listed is gone or another; deletecollection promises no more.
        }
    }

    private void dropAll(Call call, Right right) {
        for (int round = 0; round < MAX_ROUNDS; round++) {
            right.renew();
            NamePage page = storage.names(call.cluster().id(), call.resource(), call.namespace(), null, Reading.PAGE);
            if (page.names().isEmpty()) {
                return;
            }
            for (ObjectName name : page.names()) {
                try {
                    storage.delete(
                            call.cluster().id(),
                            call.resource(),
                            call.namespace(),
                            name.name(),
                            name.revision(),
                            right);
                } catch (StorageRefusal.ObjectUnknown | StorageRefusal.ObjectChanged raced) {
                    // Gone already, or met again in the next round.
                }
            }
        }
        throw ApiRefusal.conflict(call.kind(), "", "Secrets are created faster than they can be deleted");
    }

    // Common checks

    private static void requireName(Call call, ObjectNode meta) {
        String name = Json.text(meta, "name");
        if (!name.equals(call.name())) {
            throw ApiRefusal.badRequest("the name of the object (" + io.holdfast.kernel.Printable.shorten(name)
                    + ") does not match the name on the URL (" + call.name() + ")");
        }
    }

    private static void requireNamespace(Call call, ObjectNode meta) {
        String namespace = Json.text(meta, "namespace");
        if (call.kind().namespaced() && !namespace.isEmpty() && !namespace.equals(call.namespace())) {
            throw ApiRefusal.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
    }

    private static String typeOf(Call call, ObjectNode object) {
        if (call.kind() != ResourceKind.SECRET) {
            return "";
        }
        String type = Json.text(object, "type");
        return type.isEmpty() ? "Opaque" : type;
    }

    private static String nameOf(ObjectNode object) {
        return Json.text(Json.objectAt(object, "metadata"), "name");
    }

    /** The manager of a change: named, or the first part of the User-Agent as kube-apiserver takes it. */
    private static String manager(Call call) {
        String named = call.request().parameter("fieldManager");
        if (!named.isEmpty()) {
            Validation.fieldManager(call.kind(), named);
            return named;
        }
        String agent = call.request().header("user-agent");
        int slash = agent.indexOf('/');
        StringBuilder out = new StringBuilder();
        (slash < 0 ? agent : agent.substring(0, slash))
                .chars()
                .filter(c -> c > ' ' && c < 0x7f)
                .limit(64)
                .forEach(c -> out.append((char) c));
        return out.isEmpty() ? "unknown" : out.toString();
    }

    /** Warnings for unknown and duplicate fields, or the refusal that Strict asks for. */
    private static List<String> fieldValidation(Call call, List<String> unknown, boolean duplicated) {
        List<String> problems = new ArrayList<>();
        unknown.forEach(field -> problems.add("unknown field \"" + field + "\""));
        if (duplicated) {
            problems.add("duplicate field");
        }
        @Nullable String wish = call.request().given("fieldValidation");
        switch (wish == null || wish.isEmpty() ? "Warn" : wish) {
            case "Ignore" -> {
                return List.of();
            }
            case "Strict" -> {
                if (!problems.isEmpty()) {
                    String kind = call.kind().kind();
                    throw ApiRefusal.badRequest(kind + " in version \"v1\" cannot be handled as a " + kind
                            + ": strict decoding error: " + String.join(", ", problems));
                }
                return List.of();
            }
            case "Warn" -> {
                return problems.stream().map(Writing::warning).toList();
            }
            default ->
                throw ApiRefusal.badRequest(
                        "fieldValidation: Unsupported value: supported values: \"Ignore\"," + " \"Strict\", \"Warn\"");
        }
    }

    /** RFC 9111, section 5.5 (obsoleted there, but what Kubernetes uses). Printable ASCII only. */
    private static String warning(String problem) {
        StringBuilder out = new StringBuilder("299 - \"");
        for (char c : problem.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else {
                out.append(c >= ' ' && c < 0x7f ? c : '?');
            }
        }
        return out.append('"').toString();
    }
}
