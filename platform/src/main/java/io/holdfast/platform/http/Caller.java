package io.holdfast.platform.http;

import io.holdfast.kernel.Ocid.TenancyId;

/**
 * Who made a request, once its credential was verified.
 *
 * @param type "user" or "cluster"
 * @param id the OCID of the principal
 * @param name the user's name, or the id where there is none
 * @param compartmentId the compartment of a resource principal, empty for users
 */
public record Caller(String type, String id, String name, TenancyId tenancyId, String compartmentId) {}
