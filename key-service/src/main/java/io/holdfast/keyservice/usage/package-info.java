/**
 * What depends on a key: the clusters that are bound to it, and the Secrets that stand under each of its versions; and when the
 * versions were last used.
 *
 * <p>Imports domain, store, config and the gRPC contract of secret-service.
 */
@NullMarked
package io.holdfast.keyservice.usage;

import org.jspecify.annotations.NullMarked;
