/**
 * The objects of a cluster at rest: Kubernetes' own bytes in the data etcd, Secrets inside their envelopes, every write
 * under the cluster's write fence, every read under a live access session.
 *
 * <p>Imports domain, envelope, the platform's store and access session, and the key-service contract.
 */
@NullMarked
package io.holdfast.secretservice.storage;

import org.jspecify.annotations.NullMarked;
