package io.holdfast.keyservice.http;

import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.deletion.VersionDeletion;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.http.ImpactViews.Action;
import io.holdfast.keyservice.http.ImpactViews.Actions;
import io.holdfast.keyservice.http.ImpactViews.Impact;
import io.holdfast.keyservice.http.ImpactViews.Retirement;
import io.holdfast.keyservice.http.ImpactViews.RetirementPlan;
import io.holdfast.keyservice.store.ExportStore;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.usage.KeyDependents;
import io.holdfast.keyservice.usage.KeyDependents.Dependent;
import io.holdfast.keyservice.usage.LastUses;
import io.holdfast.keyservice.usage.LastUses.Known;
import io.holdfast.keyservice.vault.Vaults;
import io.holdfast.platform.http.Flags;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.function.Supplier;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Holdfast's own: what breaks when a key changes or goes, and the retirement of old versions. */
@Path("/v1/keys/{keyId}")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "impact")
public class ImpactResource {
    private final Operations operations;
    private final KeyStore keys;
    private final ExportStore exports;
    private final KeyDependents dependents;
    private final LastUses lastUses;
    private final VersionDeletion deletion;
    private final Vaults vaults;

    public ImpactResource(
            Operations operations,
            KeyStore keys,
            ExportStore exports,
            KeyDependents dependents,
            LastUses lastUses,
            VersionDeletion deletion,
            Vaults vaults) {
        this.vaults = vaults;
        this.lastUses = lastUses;
        this.operations = operations;
        this.keys = keys;
        this.exports = exports;
        this.dependents = dependents;
        this.deletion = deletion;
    }

    /** Who uses the key, how much stands under each version, when it was last used, and what each action would do. */
    @GET
    @Path("/impact")
    @Operation(
            operationId = "GetKeyImpact",
            summary = "What depends on a key, when it was last used, and what each action on it would do")
    public Impact impact(@PathParam("keyId") String keyId) {
        return operations.run("GetKeyImpact", () -> {
            MasterKey key = operations.key("GetKey", "KEY_READ", keyId).value();
            List<Dependent> bound = dependents.of(key.id());
            Known used = lastUses.of(key.id());
            List<KeyVersion> versions =
                    keys.versionsOf(key.id()).stream().map(Stored::value).toList();
            return new Impact(
                    key.id().value(),
                    key.lifecycleState(),
                    key.facts().currentVersion().value(),
                    bound.stream().map(ImpactViews::of).toList(),
                    ImpactViews.sum(bound, usage -> usage.all()),
                    bound.stream()
                            .filter(dependent -> dependent.usage().isEmpty())
                            .map(dependent -> dependent.cluster().value())
                            .toList(),
                    versions.stream()
                            .map(version -> ImpactViews.of(version, key, bound, used))
                            .toList(),
                    ImpactViews.of(used),
                    exports.of(key.id()).stream().map(ImpactViews::of).toList(),
                    actions(key, versions, bound));
        });
    }

    private Actions actions(MasterKey key, List<KeyVersion> versions, List<Dependent> bound) {
        boolean enabled = key instanceof MasterKey.Enabled;
        boolean room = key.facts().liveVersions() < MasterKey.MAX_VERSIONS;
        boolean ledHere = !vaults.isElsewhere(key.facts().vaultId());
        String secrets = words(bound);
        return new Actions(
                new Action(
                        enabled && room,
                        !room
                                ? "Refused: the key has the most versions that a key can have. Retire old ones first."
                                : bound.isEmpty()
                                        ? "A new version becomes current; old ones only decrypt."
                                        : "A new version becomes current, and " + secrets
                                                + " are re-encrypted under it by themselves."),
                new Action(
                        enabled && ledHere,
                        bound.isEmpty()
                                ? "Nothing is encrypted or decrypted by the key until it is enabled again."
                                : "No Secret of " + clusters(bound) + " can be read or written until the key is enabled"
                                        + " again: " + secrets + "."),
                new Action(
                        key instanceof MasterKey.Kept && bound.isEmpty() && ledHere,
                        bound.isEmpty()
                                ? "The key stops working at once and is gone for good when its time has come."
                                : "Needs force. " + secrets
                                        + " can't be read from then on, and are lost for good when the"
                                        + " time has come."),
                versions.stream()
                        .filter(version -> version instanceof KeyVersion.Enabled
                                && !version.id().equals(key.facts().currentVersion()))
                        .map(version -> {
                            List<String> obstacles =
                                    obstacles(key, version, () -> KeyDependents.obstacles(bound, version.id()));
                            return new Retirement(version.id().value(), obstacles.isEmpty(), obstacles);
                        })
                        .toList());
    }

    private static String clusters(List<Dependent> bound) {
        return bound.size() == 1 ? "1 cluster" : bound.size() + " clusters";
    }

    private static String words(List<Dependent> bound) {
        Long secrets = ImpactViews.sum(bound, usage -> usage.all());
        return (secrets == null ? "An unknown number of" : secrets.toString()) + " Secrets of " + clusters(bound);
    }

    /**
     * Schedules the deletion of an old version, if nothing stands under it: shown by a count at the write fence of every
     * cluster, made now.
     */
    @POST
    @Path("/versions/{keyVersionId}/retire")
    @Parameter(
            name = "dryRun",
            in = ParameterIn.QUERY,
            description = "true to be told only what would happen; false when absent",
            schema = @Schema(type = SchemaType.BOOLEAN))
    public RestResponse<RetirementPlan> retire(
            @PathParam("keyId") String keyId,
            @PathParam("keyVersionId") String keyVersionId,
            @Context UriInfo uri,
            @HeaderParam("if-match") @Nullable String ifMatch,
            @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        return operations.run("RetireKeyVersion", () -> {
            boolean dry = Flags.of(uri, "dryRun");
            MasterKey key = operations
                    .key("ScheduleKeyVersionDeletion", "KEY_DELETE", keyId)
                    .value();
            Stored<KeyVersion> version = Operations.parse(keyVersionId, KeyVersionId::new)
                    .flatMap(id -> keys.version(key.id(), id))
                    .orElseThrow(ProblemException::notFound);
            if (dry) {
                version.requireMatch(ifMatch);
                return answer(
                        key,
                        version,
                        true,
                        obstacles(
                                key,
                                version.value(),
                                () -> dependents.obstacles(
                                        key.id(), version.value().id())));
            }
            VersionDeletion.Result result = deletion.scheduleDeletion(
                    key.id(),
                    version.value().id(),
                    null,
                    operations.change(
                            key.facts().compartmentId(), "RetireKeyVersion " + keyVersionId, ifMatch, retryToken));
            operations.tell("RetireKeyVersion", version.value().id());
            return answer(result.key(), result.version(), false, List.of());
        });
    }

    /** @param stillUsed what stands under the version; asked only when nothing else is in the way */
    private List<String> obstacles(MasterKey key, KeyVersion version, Supplier<List<String>> stillUsed) {
        if (vaults.isElsewhere(key.facts().vaultId())) {
            return List.of("its vault is elsewhere: schedule its deletion there");
        }
        if (key.facts().currentVersion().equals(version.id())) {
            return List.of("it is the key's current version");
        }
        if (!(key instanceof MasterKey.Kept)) {
            return List.of("its key is " + key.lifecycleState());
        }
        if (!(version instanceof KeyVersion.Enabled)) {
            return List.of("it is " + version.lifecycleStateUnder(key));
        }
        return stillUsed.get();
    }

    private static RestResponse<RetirementPlan> answer(
            MasterKey key, Stored<KeyVersion> version, boolean dry, List<String> obstacles) {
        return RestResponse.ResponseBuilder.ok(new RetirementPlan(
                        key.id().value(),
                        version.value().id().value(),
                        dry,
                        obstacles.isEmpty(),
                        obstacles,
                        version.value().lifecycleStateUnder(key),
                        version.value() instanceof KeyVersion.PendingDeletion pending
                                ? pending.timeOfDeletion()
                                : null))
                .header("etag", version.etag())
                .build();
    }
}
