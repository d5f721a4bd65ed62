/**
 * Clusters, work requests and Kubernetes versions, and the changes that they allow.
 *
 * <p>Imports kernel only.
 */
@NullMarked
package io.holdfast.clusterservice.domain;

import org.jspecify.annotations.NullMarked;
