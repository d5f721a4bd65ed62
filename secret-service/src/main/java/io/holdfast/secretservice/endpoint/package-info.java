/**
 * Opening and closing of a cluster's endpoint: its record, its fence, its first namespaces, and the removal of its data.
 *
 * <p>Imports domain, events, fence, keys, reencrypt's record, and the platform's store and outbox.
 */
@NullMarked
package io.holdfast.secretservice.endpoint;

import org.jspecify.annotations.NullMarked;
