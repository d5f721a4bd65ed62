/**
 * The identity provider of the operator's choice: what it says of a token, by Quarkus' OpenID Connect client.
 *
 * <p>Imports kernel and config, and Quarkus' OIDC and security extensions.
 */
@NullMarked
package io.holdfast.keyservice.oidc;

import org.jspecify.annotations.NullMarked;
