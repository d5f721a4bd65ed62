/**
 * cluster-service: clusters, their work requests, upgrades and kubeconfig files; the owner of the wish (a cluster's key).
 *
 * <p>Nothing lies here itself; each package below says what it may import.
 */
@NullMarked
package io.holdfast.clusterservice;

import org.jspecify.annotations.NullMarked;
