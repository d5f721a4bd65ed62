/**
 * Clusters, work requests and intents in the control etcd; every change is one transaction with its events.
 *
 * <p>Imports domain, events and platform's store and outbox.
 */
@NullMarked
package io.holdfast.clusterservice.store;

import org.jspecify.annotations.NullMarked;
