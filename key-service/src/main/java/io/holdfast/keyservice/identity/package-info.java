/**
 * Who exists and who may: tenancies, compartments, users, groups, API keys, policies, revoked tokens, and the decisions.
 *
 * <p>Imports kernel, events, iam, the access state revision, the key types of signing, and platform's store and outbox.
 */
@NullMarked
package io.holdfast.keyservice.identity;

import org.jspecify.annotations.NullMarked;
