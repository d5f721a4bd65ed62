/**
 * The tokens that kubectl shows at a cluster's endpoint: made, verified, ended before their time.
 *
 * <p>Imports kernel, store, vault for sealing, identity, and the store port.
 */
@NullMarked
package io.holdfast.keyservice.tokens;

import org.jspecify.annotations.NullMarked;
