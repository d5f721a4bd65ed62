/**
 * Ending access to a key (disable, schedule deletion), giving it back, and the deletion itself when its time has come.
 *
 * <p>Imports domain, store, vault and the end of access.
 */
@NullMarked
package io.holdfast.keyservice.deletion;

import org.jspecify.annotations.NullMarked;
