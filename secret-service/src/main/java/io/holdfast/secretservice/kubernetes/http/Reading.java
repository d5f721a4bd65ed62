package io.holdfast.secretservice.kubernetes.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.platform.http.Authorizer.Decision;
import io.holdfast.secretservice.kubernetes.http.Access.Asked;
import io.holdfast.secretservice.kubernetes.model.ApiRefusal;
import io.holdfast.secretservice.kubernetes.model.ContinueToken;
import io.holdfast.secretservice.kubernetes.model.FieldSelector;
import io.holdfast.secretservice.kubernetes.model.LabelSelector;
import io.holdfast.secretservice.kubernetes.model.ObjectText;
import io.holdfast.secretservice.kubernetes.model.Rendition;
import io.holdfast.secretservice.kubernetes.model.Rendition.ListMeta;
import io.holdfast.secretservice.kubernetes.model.Rendition.Named;
import io.holdfast.secretservice.kubernetes.model.ResourceKind;
import io.holdfast.secretservice.storage.ObjectStorage;
import io.holdfast.secretservice.storage.ObjectStorage.Continuation;
import io.holdfast.secretservice.storage.ObjectStorage.NamePage;
import io.holdfast.secretservice.storage.ObjectStorage.ObjectName;
import io.holdfast.secretservice.storage.ObjectStorage.ObjectPage;
import io.holdfast.secretservice.storage.ObjectStorage.StoredObject;
import io.holdfast.secretservice.storage.StorageRefusal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** get and list. */
final class Reading {
    static final int PAGE = 500;
    /** Stored bytes in one answer; a longer list goes on with a continue token, asked for or not. */
    private static final long MAX_ANSWER_BYTES = 32L << 20;

    private static final int MAX_ANSWER_OBJECTS = 20_000;

    private final ObjectStorage storage;
    private final Access access;
    private final Supplier<Instant> clock;

    Reading(ObjectStorage storage, Access access, Supplier<Instant> clock) {
        this.storage = storage;
        this.access = access;
        this.clock = clock;
    }

    /**
     * An object that was read.
     *
     * @param stateRevision 0 for what is not encrypted
     */
    record Found(ObjectNode object, long revision, long stateRevision) {}

    /** @throws StorageRefusal damaged too when what was decrypted is no object of the kind */
    Found read(Call call, String name) {
        StoredObject stored = storage.read(call.cluster().id(), call.resource(), call.namespace(), name);
        return opened(call.kind(), stored);
    }

    /** Takes ownership of the stored value. */
    static Found opened(ResourceKind kind, StoredObject stored) {
        try (var value = stored.value()) {
            ObjectNode object = ObjectText.fromStorage(kind, value, stored.revision());
            if (object == null) {
                throw new StorageRefusal.ObjectsDamaged(
                        List.of(new ObjectName(stored.namespace(), stored.name(), stored.revision())));
            }
            return new Found(object, stored.revision(), stored.stateRevision());
        }
    }

    Answer get(Call call) {
        Rendition form = form(call);
        Asked asked = call.asked("get");
        Optional<Decision> allowed = access.decide(call, asked);
        Found found;
        try {
            found = read(call, call.name());
        } catch (StorageRefusal refusal) {
            access.requireFor(call, asked, allowed, null);
            Named named = unreadable(call, form, refusal);
            if (named != null) {
                return Answer.json(
                        200, Rendition.names(form, List.of(named), new ListMeta(named.revision(), "", -1), false));
            }
            throw refusal;
        }
        Decision decision = access.requireFor(call, asked, allowed, found.object());
        long wanted = call.number("resourceVersion");
        if (wanted > found.revision()) {
            requireReached(call, wanted);
        }
        return one(call, form, 200, found, List.of(), decision.stateRevision()).under(decision);
    }

    /** The name and state of what cannot be read, for the forms that show it; null when it has to be refused. */
    private @Nullable Named unreadable(Call call, Rendition form, StorageRefusal refusal) {
        String state = state(form, refusal);
        if (state == null) {
            return null;
        }
        ObjectName name = locate(call, call.name());
        return name == null ? null : new Named(name.namespace(), name.name(), name.revision(), state);
    }

    private static @Nullable String state(Rendition form, StorageRefusal refusal) {
        if (form instanceof Rendition.Objects || form instanceof Rendition.Protobuf) {
            return null;
        }
        return switch (refusal) {
            case StorageRefusal.KeyAccessBlocked blocked -> "KeyAccessBlocked";
            case StorageRefusal.ObjectsDamaged damaged -> "Damaged";
            case StorageRefusal.ClusterUnknown other -> null;
            case StorageRefusal.ObjectUnknown other -> null;
            case StorageRefusal.ObjectExists other -> null;
            case StorageRefusal.NamespaceUnknown other -> null;
            case StorageRefusal.ObjectChanged other -> null;
            case StorageRefusal.RevisionExpired other -> null;
            case StorageRefusal.StorageUnavailable other -> null;
        };
    }

    /** An object's name and revision without opening it; null when there is none. */
    @Nullable
    ObjectName locate(Call call, String name) {
        long revision = currentRevision(call);
        String scope = call.kind().namespaced() ? call.namespace() : "";
        NamePage page = storage.names(
                call.cluster().id(), call.resource(), scope, new Continuation(revision, scope, before(name)), 1);
        for (ObjectName found : page.names()) {
            if (found.name().equals(name)) {
                return found;
            }
        }
        return null;
    }

    /** Sorts before {@code name} and behind every other valid name that does: a tilde is above all their characters. */
    private static String before(String name) {
        char last = name.charAt(name.length() - 1);
        char lower = last == '0' ? '.' : (char) (last - 1);
        return name.substring(0, name.length() - 1) + lower + "~";
    }

    long currentRevision(Call call) {
        String scope = call.kind().namespaced() ? call.namespace() : "";
        return storage.names(call.cluster().id(), call.resource(), scope, null, 1)
                .listRevision();
    }

    private void requireReached(Call call, long wanted) {
        long current = currentRevision(call);
        if (wanted > current) {
            throw ApiRefusal.tooLargeResourceVersion(wanted, current);
        }
    }

    /** One object as the answer of any verb. Its values are wiped. */
    Answer one(Call call, Rendition form, int code, Found found, List<String> warnings, long decision) {
        long revision = found.stateRevision() == 0 ? 0 : Math.min(found.stateRevision(), decision);
        if (form instanceof Rendition.Protobuf) {
            byte[] body = ObjectText.toProtobuf(call.kind(), found.object());
            ObjectText.wipe(found.object());
            return new Answer(code, ObjectText.PROTOBUF, body, warnings, revision);
        }
        Answer answer =
                Answer.json(code, Rendition.one(form, call.kind(), found.object(), clock.get()), warnings, revision);
        ObjectText.wipe(found.object());
        return answer;
    }

    static Rendition form(Call call) {
        return Rendition.negotiate(
                call.request().header("accept"),
                Rendition.include(call.request().parameter("includeObject")));
    }

    /** What a list or a watch selects. */
    record Selection(LabelSelector labels, FieldSelector fields) {
        static Selection of(Call call) {
            return new Selection(
                    LabelSelector.parse(call.request().parameter("labelSelector")),
                    FieldSelector.parse(call.kind(), call.request().parameter("fieldSelector")));
        }

        boolean isAll() {
            return labels.isAll() && fields.isAll();
        }

        boolean matches(ObjectNode object) {
            return labels.matches(object) && fields.matches(object);
        }
    }

    /** The permission of a list or watch, narrowed to what its field selector asks for. */
    static Asked asked(Call call, String verb, Selection selection) {
        Asked asked =
                call.asked(verb, selection.fields().exactly("metadata.name").orElse(""));
        return asked.ofType(selection.fields().exactly("type").orElse(""));
    }

    Answer list(Call call) {
        Rendition form = form(call);
        Selection selection = Selection.of(call);
        Asked asked = asked(call, "list", selection);
        Optional<Decision> allowed = access.decide(call, asked);
        boolean typed = form instanceof Rendition.Objects || form instanceof Rendition.Protobuf;
        if (allowed.isEmpty()) {
            Asked names = new Asked(Permission.LIST_NAMES, asked.namespace(), asked.name(), asked.type());
            if (typed
                    || call.kind() != ResourceKind.SECRET
                    || access.decide(call, names).isEmpty()) {
                throw Access.forbidden(call.caller(), asked);
            }
            return names(call, form, selection, "NamesOnly", Set.of());
        }
        try {
            Listed listed = list(call, selection);
            if (listed.meta().revision() < call.number("resourceVersion")) {
                throw ApiRefusal.tooLargeResourceVersion(
                        call.number("resourceVersion"), listed.meta().revision());
            }
            long revision = listed.stateRevision() == 0
                    ? 0
                    : Math.min(listed.stateRevision(), allowed.get().stateRevision());
            Answer answer = Answer.json(
                    200,
                    Rendition.list(form, call.kind(), listed.objects(), listed.meta(), clock.get()),
                    List.of(),
                    revision);
            listed.objects().forEach(ObjectText::wipe);
            return answer.under(allowed.get());
        } catch (StorageRefusal.KeyAccessBlocked blocked) {
            if (typed) {
                throw blocked;
            }
            return names(call, form, selection, "KeyAccessBlocked", Set.of());
        } catch (StorageRefusal.ObjectsDamaged damaged) {
            if (typed) {
                throw damaged;
            }
            // Only the page that failed was looked at, and it names at most 100: of the others nothing is claimed.
            return names(call, form, selection, "Unknown", new HashSet<>(damaged.objects()));
        }
    }

    private record Listed(List<ObjectNode> objects, ListMeta meta, long stateRevision) {}

    private Listed list(Call call, Selection selection) {
        long limit = call.number("limit");
        Optional<String> name = selection.fields().exactly("metadata.name");
        if (name.isPresent() && (!call.kind().namespaced() || !call.namespace().isEmpty())) {
            return listOne(call, selection, name.get());
        }
        Continuation from = from(call);
        List<ObjectNode> objects = new ArrayList<>();
        long stateRevision = 0;
        long bytes = 0;
        while (true) {
            long wanted = limit == 0 ? PAGE : Math.min(PAGE, limit - objects.size());
            int pageSize = (int) (selection.isAll() ? wanted : PAGE);
            ObjectPage page = storage.list(call.cluster().id(), call.resource(), call.namespace(), from, pageSize);
            int taken = 0;
            List<ObjectName> damaged = new ArrayList<>();
            for (StoredObject stored : page.objects()) {
                taken++;
                bytes += stored.value().length();
                if (stored.stateRevision() != 0) {
                    stateRevision = stateRevision == 0
                            ? stored.stateRevision()
                            : Math.min(stateRevision, stored.stateRevision());
                }
                try {
                    ObjectNode object = opened(call.kind(), stored).object();
                    if (selection.matches(object)) {
                        objects.add(object);
                    } else {
                        ObjectText.wipe(object);
                    }
                } catch (StorageRefusal.ObjectsDamaged one) {
                    damaged.addAll(one.objects());
                }
                if (full(limit, objects.size(), bytes)) {
                    break;
                }
            }
            page.objects().forEach(it -> it.value().close());
            if (!damaged.isEmpty()) {
                throw new StorageRefusal.ObjectsDamaged(
                        damaged.subList(0, Math.min(damaged.size(), ApiRefusal.MAX_CAUSES)));
            }
            long left = page.remaining() + page.objects().size() - taken;
            if (full(limit, objects.size(), bytes) && left > 0) {
                StoredObject last = page.objects().get(taken - 1);
                String next = new ContinueToken(page.listRevision(), last.namespace(), last.name()).encode();
                return new Listed(
                        objects, new ListMeta(page.listRevision(), next, selection.isAll() ? left : -1), stateRevision);
            }
            from = page.next();
            if (from == null) {
                return new Listed(objects, new ListMeta(page.listRevision(), "", -1), stateRevision);
            }
        }
    }

    private static boolean full(long limit, int objects, long bytes) {
        return (limit > 0 && objects >= limit) || bytes >= MAX_ANSWER_BYTES || objects >= MAX_ANSWER_OBJECTS;
    }

    private Listed listOne(Call call, Selection selection, String name) {
        // The revision first: a watch from it sees every change that the read may have missed.
        long revision = currentRevision(call);
        List<ObjectNode> objects = new ArrayList<>();
        long stateRevision = 0;
        if (KubernetesEndpoint.isName(call.kind(), name)) {
            try {
                Found found = read(call, name);
                if (selection.matches(found.object())) {
                    objects.add(found.object());
                    stateRevision = found.stateRevision();
                    revision = Math.max(revision, found.revision());
                }
            } catch (StorageRefusal.ObjectUnknown none) {
                // An empty list.
            }
        }
        return new Listed(objects, new ListMeta(revision, "", -1), stateRevision);
    }

    /** Where the list starts. */
    private static @Nullable Continuation from(Call call) {
        String token = call.request().parameter("continue");
        String match = call.request().parameter("resourceVersionMatch");
        String version = call.request().parameter("resourceVersion");
        if (!token.isEmpty()) {
            if (!match.isEmpty() || (!version.isEmpty() && !version.equals("0"))) {
                throw ApiRefusal.badRequest("specifying resource version is not allowed when using continue");
            }
            ContinueToken found = ContinueToken.decode(call.kind(), call.namespace(), token);
            return new Continuation(found.revision(), found.namespace(), found.name());
        }
        switch (match) {
            case "" -> {
                return null;
            }
            case "NotOlderThan", "Exact" -> {
                if (version.isEmpty()) {
                    throw ApiRefusal.badRequest("resourceVersionMatch is forbidden unless resourceVersion is provided");
                }
                long revision = call.number("resourceVersion");
                if (match.equals("NotOlderThan")) {
                    return null;
                }
                if (revision == 0) {
                    throw ApiRefusal.badRequest(
                            "resourceVersionMatch \"Exact\" is forbidden for resourceVersion \"0\"");
                }
                return start(call, revision);
            }
            default ->
                throw ApiRefusal.badRequest(
                        "resourceVersionMatch: Unsupported value: supported values: \"Exact\", \"NotOlderThan\"");
        }
    }

    /** Before the first object, at a revision: an exclamation mark sorts before all that names are made of. */
    static Continuation start(Call call, long revision) {
        String scope = call.namespace().isEmpty() ? "!" : call.namespace();
        return new Continuation(revision, call.kind().namespaced() ? scope : "", "!");
    }

    /** The list as names with a state, for tables and metadata while the objects cannot be read. */
    private Answer names(Call call, Rendition form, Selection selection, String state, Set<ObjectName> damaged) {
        if (!selection.labels().isAll()) {
            throw ApiRefusal.badRequest("a label selector cannot be used while the objects cannot be read");
        }
        long limit = call.number("limit");
        Continuation from = from(call);
        List<Named> names = new ArrayList<>();
        while (true) {
            int size = (int) (limit == 0 ? PAGE : Math.min(PAGE, limit - names.size()));
            NamePage page = storage.names(call.cluster().id(), call.resource(), call.namespace(), from, size);
            for (ObjectName name : page.names()) {
                if (selection.fields().matchesNames(name.namespace(), name.name())) {
                    names.add(new Named(
                            name.namespace(),
                            name.name(),
                            name.revision(),
                            damaged.contains(name) ? "Damaged" : state));
                }
            }
            from = page.next();
            boolean full = (limit > 0 && names.size() >= limit) || names.size() >= MAX_ANSWER_OBJECTS;
            if (from == null || full) {
                String next = from == null
                        ? ""
                        : new ContinueToken(from.revision(), from.afterNamespace(), from.afterName()).encode();
                return Answer.json(
                        200,
                        Rendition.names(form, names, new ListMeta(page.listRevision(), next, page.remaining()), true));
            }
        }
    }
}
