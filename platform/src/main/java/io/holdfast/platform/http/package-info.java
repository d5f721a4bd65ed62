/**
 * The edge of an OCI-shaped REST API: signed callers, the problem mapper, request ids, body limits and paging.
 *
 * <p>Imports kernel and Quarkus REST; nothing of any domain.
 */
@NullMarked
package io.holdfast.platform.http;

import org.jspecify.annotations.NullMarked;
