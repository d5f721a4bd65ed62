/**
 * What depends on a key: the clusters that are bound to it, and the Secrets that stand under each of its versions.
 *
 * <p>Imports domain, store, bindings and the gRPC contract of secret-service.
 */
@NullMarked
package io.holdfast.keyservice.usage;

import org.jspecify.annotations.NullMarked;
