/**
 * Root-key rotation: sealing anew, while the service runs, what is sealed under another root key than the one that seals now.
 *
 * <p>Imports config, store, vault and envelope. Changes no state revision and tells no event: what is sealed stays the same.
 */
@NullMarked
package io.holdfast.keyservice.reseal;

import org.jspecify.annotations.NullMarked;
