/**
 * Re-encryption as a job: its record, the worker that carries it on, and the count that proves its end.
 *
 * <p>Imports domain, envelope, fence, keys, storage's envelopes, and the platform's store, outbox and access session.
 */
@NullMarked
package io.holdfast.secretservice.reencrypt;

import org.jspecify.annotations.NullMarked;
