/**
 * Holdfast's own REST API of the secret-service: re-encryption jobs and the count of Secrets per key version.
 *
 * <p>Imports reencrypt, endpoint, fence and the platform's REST edge.
 */
@NullMarked
package io.holdfast.secretservice.http.holdfast;

import org.jspecify.annotations.NullMarked;
