package io.holdfast.envelope.wrapped;

import io.holdfast.kernel.Bytes;

/** How the key version that a {@link WrappedDek} names protects its payload. */
public sealed interface Means {

    /** The master key itself wraps, in memory, by XAES-256-GCM. */
    record Direct() implements Means {}

    /**
     * A key-encryption key of this binding and key version wraps, by XAES-256-GCM; it travels along, wrapped.
     *
     * @param kek the wrapped KEK without its names, which are the DEK's own: see {@link WrappedDek.Header#wrappedKek()}
     */
    record Hierarchical(Bytes kek) implements Means {}

    /**
     * The vault encrypted by this algorithm; only it knows the form of what it made.
     *
     * @param algorithm of the encryption
     */
    record ByVault(EncryptionAlgorithm algorithm) implements Means {}
}
