/**
 * The access session's server side: the state revision, the registry of live sessions, and the barrier that makes an
 * answer wait until access has ended everywhere.
 *
 * <p>Imports kernel and platform's store port.
 */
@NullMarked
package io.holdfast.keyservice.access;

import org.jspecify.annotations.NullMarked;
