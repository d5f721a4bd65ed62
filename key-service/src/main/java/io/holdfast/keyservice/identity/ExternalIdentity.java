package io.holdfast.keyservice.identity;

import io.holdfast.kernel.Ocid.TenancyId;

/**
 * How the identity provider of a tenancy names somebody.
 *
 * @param identifier the {@code sub} claim: all that a provider promises never to give to somebody else (OpenID Connect Core
 *     1.0, section 5.7)
 */
public record ExternalIdentity(TenancyId tenancy, String identifier) {}
