/**
 * The OCI KMS REST API: vaults, keys, key versions and cryptography.
 *
 * <p>Imports domain, the capabilities beside it and platform's REST edge.
 */
@NullMarked
package io.holdfast.keyservice.http;

import org.jspecify.annotations.NullMarked;
