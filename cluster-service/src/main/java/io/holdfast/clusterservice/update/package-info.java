/**
 * Renaming and upgrading of a cluster; an upgrade needs a key that may be used.
 *
 * <p>Imports domain, store, keys, config and the cluster events.
 */
@NullMarked
package io.holdfast.clusterservice.update;

import org.jspecify.annotations.NullMarked;
