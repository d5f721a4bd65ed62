package io.holdfast.keyservice.oci;

import com.oracle.bmc.keymanagement.model.CreateKeyDetails;
import com.oracle.bmc.keymanagement.model.ImportKeyDetails;
import com.oracle.bmc.keymanagement.model.ImportKeyVersionDetails;
import com.oracle.bmc.keymanagement.model.Key;
import com.oracle.bmc.keymanagement.model.WrappedImportKey;
import com.oracle.bmc.keymanagement.requests.CreateKeyRequest;
import com.oracle.bmc.keymanagement.requests.CreateKeyVersionRequest;
import com.oracle.bmc.keymanagement.requests.GetKeyRequest;
import com.oracle.bmc.keymanagement.requests.GetKeyVersionRequest;
import com.oracle.bmc.keymanagement.requests.GetWrappingKeyRequest;
import com.oracle.bmc.keymanagement.requests.ImportKeyRequest;
import com.oracle.bmc.keymanagement.requests.ImportKeyVersionRequest;
import com.oracle.bmc.keymanagement.requests.ListKeyVersionsRequest;
import com.oracle.bmc.keymanagement.requests.ListKeysRequest;
import com.oracle.bmc.keymanagement.responses.ListKeyVersionsResponse;
import com.oracle.bmc.keymanagement.responses.ListKeysResponse;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.transfer.MaterialWrapping;
import io.holdfast.keyservice.vault.AdoptedKeys;
import io.holdfast.keyservice.vault.MaterialUnusable;
import io.holdfast.keyservice.vault.PublicKeys;
import io.holdfast.keyservice.vault.RemoteKeys;
import io.holdfast.keyservice.vault.Vault;
import io.holdfast.keyservice.vault.VaultUnavailable;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A vault in Oracle Cloud. Its keys are made, used and led there, under Oracle's names; what is kept here beside a version is a
 * reference.
 *
 * <pre>
 * reference = "oci:key=" ocid ";version=" ocid
 * </pre>
 */
public final class OciVault implements Vault, RemoteKeys, AutoCloseable {
    private static final int PAGE = 100;
    /** Far beyond the keys that Oracle lets a vault have, and the versions of a key. */
    private static final int MOST_PAGES = 100;

    private final OciSettings settings;
    private final OciClients clients;
    private final OciCalls calls;
    private final Settling settling;
    private final SecureRandom random = new SecureRandom();

    private OciVault(OciSettings settings, OciClients clients, Settling settling) {
        this.settings = settings;
        this.clients = clients;
        this.calls = new OciCalls(settings.name(), clients.throttle());
        this.settling = settling;
    }

    /**
     * Reads the credentials; the vault itself is not asked.
     *
     * @throws OciRefused when there are no credentials
     */
    static OciVault open(OciSettings settings, TimeSource time) {
        return new OciVault(settings, OciClients.open(settings, time), new Settling(time));
    }

    /** As it is configured. */
    public OciSettings settings() {
        return settings;
    }

    @Override
    public VaultId vault() {
        return settings.vault();
    }

    @Override
    public Made generate(Wish wish) {
        if (!wish.first()) {
            return madeVersion(
                    wish,
                    calls.ask(
                            "CreateKeyVersion",
                            () -> clients.management()
                                    .createKeyVersion(CreateKeyVersionRequest.builder()
                                            .keyId(wish.key().value())
                                            .opcRetryToken(retryToken(wish))
                                            .build())
                                    .getKeyVersion()));
        }
        CreateKeyDetails details = CreateKeyDetails.builder()
                .compartmentId(settings.keyCompartment().value())
                .displayName(wish.displayName())
                .keyShape(OciModel.shape(wish.shape()))
                .protectionMode(CreateKeyDetails.ProtectionMode.create(
                        wish.protectionMode().name()))
                .build();
        return madeKey(
                wish,
                calls.ask(
                        "CreateKey",
                        () -> clients.management()
                                .createKey(CreateKeyRequest.builder()
                                        .createKeyDetails(details)
                                        .opcRetryToken(retryToken(wish))
                                        .build())
                                .getKey()));
    }

    @Override
    public Made adopt(Wish wish, SecretBytes material) {
        AdoptedKeys.require(wish.shape(), material);
        WrappedImportKey wrapped = WrappedImportKey.builder()
                .wrappingAlgorithm(WrappedImportKey.WrappingAlgorithm.RsaOaepAesSha256)
                .keyMaterial(wrapped(material))
                .build();
        if (!wish.first()) {
            ImportKeyVersionDetails details =
                    ImportKeyVersionDetails.builder().wrappedImportKey(wrapped).build();
            return madeVersion(
                    wish,
                    calls.ask(
                            "ImportKeyVersion",
                            () -> clients.management()
                                    .importKeyVersion(ImportKeyVersionRequest.builder()
                                            .keyId(wish.key().value())
                                            .importKeyVersionDetails(details)
                                            .opcRetryToken(retryToken(wish))
                                            .build())
                                    .getKeyVersion()));
        }
        ImportKeyDetails details = ImportKeyDetails.builder()
                .compartmentId(settings.keyCompartment().value())
                .displayName(wish.displayName())
                .keyShape(OciModel.shape(wish.shape()))
                .protectionMode(ImportKeyDetails.ProtectionMode.create(
                        wish.protectionMode().name()))
                .wrappedImportKey(wrapped)
                .build();
        return madeKey(
                wish,
                calls.ask(
                        "ImportKey",
                        () -> clients.management()
                                .importKey(ImportKeyRequest.builder()
                                        .importKeyDetails(details)
                                        .opcRetryToken(retryToken(wish))
                                        .build())
                                .getKey()));
    }

    private String wrapped(SecretBytes material) {
        @Nullable
        String pem = calls.ask(
                "GetWrappingKey",
                () -> clients.management()
                        .getWrappingKey(GetWrappingKeyRequest.builder().build())
                        .getWrappingKey()
                        .getPublicKey());
        try {
            RSAPublicKey wrappingKey = PublicKeys.parseRsa(pem == null ? "" : pem);
            Bytes wrapped = MaterialWrapping.RSA_OAEP_AES_SHA256.wrap(wrappingKey, material, random);
            return Base64.getEncoder().encodeToString(wrapped.toArray());
        } catch (GeneralSecurityException e) {
            throw new VaultUnavailable("The vault answered a wrapping key that can't be read.", e);
        }
    }

    /** The version's name makes a repeated request the same request, so that a lost answer leaves no second key there. */
    private static String retryToken(Wish wish) {
        return wish.version().unique();
    }

    /** Oracle answers before the key is ready. */
    private Made madeKey(Wish wish, Key answered) {
        KeyId id = OciModel.required(answered.getId(), "a key's name", KeyId::new);
        Key ready = settling.enabled(
                answered, key -> OciModel.state(key.getLifecycleState()), () -> calls.ask("GetKey", () -> key(id)));
        KeyVersionId version = OciModel.required(ready.getCurrentKeyVersion(), "a version's name", KeyVersionId::new);
        return made(id, version, wish.shape(), () -> calls.ask("GetKeyVersion", () -> version(id, version)));
    }

    private Made madeVersion(Wish wish, com.oracle.bmc.keymanagement.model.KeyVersion answered) {
        KeyVersionId id = OciModel.required(answered.getId(), "a version's name", KeyVersionId::new);
        com.oracle.bmc.keymanagement.model.KeyVersion ready = settling.enabled(
                answered,
                version -> OciModel.state(version.getLifecycleState()),
                () -> calls.ask("GetKeyVersion", () -> version(wish.key(), id)));
        return made(wish.key(), id, wish.shape(), () -> ready);
    }

    private Made made(
            KeyId key,
            KeyVersionId version,
            KeyShape shape,
            Supplier<com.oracle.bmc.keymanagement.model.KeyVersion> details) {
        Optional<String> publicKey = shape.algorithm().signs() ? publicKey(details.get()) : Optional.empty();
        if (shape.algorithm().signs() && publicKey.isEmpty()) {
            throw new VaultUnavailable("The vault did not tell the public half of a key.", null);
        }
        return new Made(key, version, reference(key, version), publicKey);
    }

    private static Optional<String> publicKey(com.oracle.bmc.keymanagement.model.KeyVersion version) {
        @Nullable String pem = version.getPublicKey();
        if (pem == null || pem.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(PublicKeys.respell(pem));
        } catch (GeneralSecurityException e) {
            throw new VaultUnavailable("The vault answered a public key that can't be read.", e);
        }
    }

    private Key key(KeyId id) {
        return clients.management()
                .getKey(GetKeyRequest.builder().keyId(id.value()).build())
                .getKey();
    }

    private com.oracle.bmc.keymanagement.model.KeyVersion version(KeyId key, KeyVersionId id) {
        return clients.management()
                .getKeyVersion(GetKeyVersionRequest.builder()
                        .keyId(key.value())
                        .keyVersionId(id.value())
                        .build())
                .getKeyVersion();
    }

    private static Bytes reference(KeyId key, KeyVersionId version) {
        return Bytes.takeOwnershipOf(
                ("oci:key=" + key.value() + ";version=" + version.value()).getBytes(StandardCharsets.US_ASCII));
    }

    /** Asks nothing of the vault: whether it has the version shows when it is used. */
    @Override
    public Material open(KeyId key, KeyVersionId version, KeyShape shape, Bytes stored) {
        if (!stored.equals(reference(key, version))) {
            throw new MaterialUnusable(version);
        }
        return new OciMaterial(clients.crypto(), calls, key, version, shape);
    }

    /** Nothing: a version in Oracle ends there, by whoever may schedule that. */
    @Override
    public void destroy(KeyVersionId version) {}

    /** What it holds is not this installation's to destroy. */
    @Override
    public boolean holdsMaterial() {
        return false;
    }

    @Override
    public boolean wrapsInMemory(KeyShape shape) {
        return false;
    }

    @Override
    public List<Summary> list() {
        return calls.look(() -> all(
                "keys",
                page -> calls.ask(
                        "ListKeys",
                        () -> clients.management()
                                .listKeys(ListKeysRequest.builder()
                                        .compartmentId(settings.keyCompartment().value())
                                        .limit(PAGE)
                                        .page(page)
                                        .build())),
                ListKeysResponse::getOpcNextPage,
                answer -> answer.getItems().stream()
                        .filter(Objects::nonNull)
                        .flatMap(key -> OciModel.summary(key, settings.vault()).stream())));
    }

    @Override
    public List<Version> versions(KeyId key) {
        return calls.look(() -> calls.askFor(
                        "ListKeyVersions",
                        () -> all(
                                "versions of a key",
                                page -> clients.management()
                                        .listKeyVersions(ListKeyVersionsRequest.builder()
                                                .keyId(key.value())
                                                .limit(PAGE)
                                                .page(page)
                                                .build()),
                                ListKeyVersionsResponse::getOpcNextPage,
                                answer -> answer.getItems().stream()
                                        .filter(Objects::nonNull)
                                        .flatMap(version -> OciModel.version(version).stream())))
                .orElse(List.of()));
    }

    /** What all pages of a listing hold. */
    private static <P, T> List<T> all(
            String what,
            Function<@Nullable String, P> ask,
            Function<P, @Nullable String> next,
            Function<P, Stream<T>> items) {
        List<T> all = new ArrayList<>();
        @Nullable String token = null;
        for (int pages = 0; pages < MOST_PAGES; pages++) {
            P page = ask.apply(token);
            items.apply(page).forEach(all::add);
            token = next.apply(page);
            if (token == null || token.isEmpty()) {
                return List.copyOf(all);
            }
        }
        throw new VaultUnavailable("The vault lists more than " + MOST_PAGES * PAGE + " " + what + ".", null);
    }

    @Override
    public Optional<Detail> find(KeyId key) {
        return calls.look(() ->
                calls.askFor("GetKey", () -> key(key)).flatMap(found -> OciModel.detail(found, settings.vault())));
    }

    @Override
    public Adopted adopt(KeyId key, KeyVersionId version) {
        return calls.look(() -> new Adopted(
                reference(key, version), publicKey(calls.ask("GetKeyVersion", () -> version(key, version)))));
    }

    @Override
    public void close() {
        clients.close();
    }

    @Override
    public String toString() {
        return "OciVault[" + settings.name() + "]";
    }
}
