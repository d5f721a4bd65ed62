/**
 * The write fence of a cluster: the one record that every write of a Secret compares, moved by compare-and-swap only.
 *
 * <p>Imports domain, events, and the platform's store and outbox.
 */
@NullMarked
package io.holdfast.secretservice.fence;

import org.jspecify.annotations.NullMarked;
