package io.holdfast.keyservice.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Vaults and keys. */
@ConfigMapping(prefix = "holdfast.keys")
public interface KeysConfig {

    /**
     * Where the root key is that seals all key material: a file of exactly 32 random bytes, or {@code pkcs11:object=LABEL} for
     * one that only the token of {@link #hsm} opens. Required.
     */
    String rootKey();

    /**
     * Where further root keys are, as {@link #rootKey}: they open what is sealed under them and seal nothing. For the time
     * of a root-key rotation.
     */
    Optional<List<String>> otherRootKeys();

    /** How often what is sealed under another root key than {@link #rootKey} is looked for. 100 ms to 1 h. */
    @WithDefault("PT10S")
    Duration resealInterval();

    /** Where clients reach this service, as vaults name it in managementEndpoint and cryptoEndpoint. */
    @WithDefault("http://127.0.0.1:8080")
    String publicUrl();

    /**
     * {@code host:port} of secret-service's gRPC, which counts the Secrets under each key version. Without it the counts are
     * unknown, and what depends on them is refused.
     */
    Optional<String> secretService();

    /** How long a key-encryption key stays in memory before its vault is asked again (hierarchical mode). */
    @WithDefault("PT1H")
    Duration kekMaxAge();

    /** How often this replica records when key versions were last used. 1 s to 1 h. */
    @WithDefault("PT1M")
    Duration lastUseInterval();

    Hsm hsm();

    /** The PKCS#11 token for keys of protection mode HSM. */
    interface Hsm {

        /** The PKCS#11 library of the token's maker. Without it this installation has no HSM. */
        Optional<Path> library();

        /** The slot's number. Without it {@link #slotListIndex} tells the slot. */
        OptionalLong slot();

        /** The slot's place in the library's list of slots, from 0 on. */
        @WithDefault("0")
        int slotListIndex();

        /** A file that holds the user PIN of the token. White space at its end does not count. */
        Optional<Path> pinFile();

        /** How long one operation of the token may take. 100 ms to 5 min. */
        @WithDefault("PT10S")
        Duration timeout();

        /** How many operations the token does at once. 1 to 64. */
        @WithDefault("4")
        int threads();
    }

    Deletion deletion();

    /** When a key may be deleted, and what the sweeper waits for. */
    interface Deletion {

        /** The earliest that a scheduled deletion may be, from the request on. More than zero. */
        @WithDefault("P7D")
        Duration minimumWindow();

        /** The latest that a scheduled deletion may be, and the time used when the request names none. */
        @WithDefault("P30D")
        Duration maximumWindow();

        /** How often keys whose time has come are looked for. 100 ms to 1 h. */
        @WithDefault("PT10S")
        Duration sweepInterval();

        /**
         * How far the wall clock may be from the newest one that any replica has recorded. Beyond it nothing is deleted.
         */
        @WithDefault("PT1H")
        Duration clockTolerance();

        /**
         * How long the wall clock must then run evenly, with no other replica recording another, until it is trusted again.
         */
        @WithDefault("PT1H")
        Duration clockSettle();
    }
}
