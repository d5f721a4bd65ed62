/**
 * Brings every cluster's fence in line with what key-service grants now.
 *
 * <p>Imports domain, endpoint's records, fence, keys, and the platform's access session.
 */
@NullMarked
package io.holdfast.secretservice.blocking;

import org.jspecify.annotations.NullMarked;
