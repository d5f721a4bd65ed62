/**
 * Readiness by kind of trouble. The page is open to who reaches the port: a kind says what to look at, and nothing of hosts,
 * names, revisions or causes; those are in the log.
 *
 * <p>Imports the platform, the store, the vaults and the deletion capability.
 */
@NullMarked
package io.holdfast.keyservice.health;

import org.jspecify.annotations.NullMarked;
