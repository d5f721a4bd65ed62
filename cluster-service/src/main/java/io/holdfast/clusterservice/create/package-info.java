/**
 * The creation of a cluster: intent, binding, first record; its activation; and what a crash left behind.
 *
 * <p>Imports domain, store, keys, config and the cluster events.
 */
@NullMarked
package io.holdfast.clusterservice.create;

import org.jspecify.annotations.NullMarked;
