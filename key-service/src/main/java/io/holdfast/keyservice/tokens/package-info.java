/**
 * The tokens that kubectl shows at a cluster's endpoint, and those by which a cluster signs requests: made, verified, ended.
 * With the API keys of identity they are all that this service believes.
 *
 * <p>Imports kernel, store, vault for sealing, signing, identity, and the store port.
 */
@NullMarked
package io.holdfast.keyservice.tokens;

import org.jspecify.annotations.NullMarked;
