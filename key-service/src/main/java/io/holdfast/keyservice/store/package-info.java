/**
 * Vaults, keys, versions, material and bindings in etcd; every change is one transaction with its event.
 *
 * <p>Imports domain, the access state revision, and platform's store and outbox.
 */
@NullMarked
package io.holdfast.keyservice.store;

import org.jspecify.annotations.NullMarked;
