/**
 * etcd behind our own port: linearizable reads, compare-and-swap transactions, paged scans, watches and leases.
 *
 * <p>Imports kernel and jetcd; nothing of any domain.
 */
@NullMarked
package io.holdfast.platform.store;

import org.jspecify.annotations.NullMarked;
