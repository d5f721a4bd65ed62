package io.holdfast.keyservice.domain;

/** Where a key's material is used (OCI KMS, protectionMode). */
public enum ProtectionMode {
    /** In key-service's own memory; at rest sealed under the root key. */
    SOFTWARE,
    /** Inside a hardware security module, or in Oracle's; it never leaves. */
    HSM
}
