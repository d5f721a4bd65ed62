/**
 * The kubeconfig file that lets kubectl reach a cluster.
 *
 * <p>Imports domain, keys and config.
 */
@NullMarked
package io.holdfast.clusterservice.kubeconfig;

import org.jspecify.annotations.NullMarked;
