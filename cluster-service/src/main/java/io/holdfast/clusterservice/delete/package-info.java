/**
 * The deletion of a cluster: its binding is released first.
 *
 * <p>Imports domain, store, keys and the cluster events.
 */
@NullMarked
package io.holdfast.clusterservice.delete;

import org.jspecify.annotations.NullMarked;
