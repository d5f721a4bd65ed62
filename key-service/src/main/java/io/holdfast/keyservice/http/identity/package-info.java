/**
 * The OCI Identity REST API (version 20160918) and Holdfast's own paths beside it: explain a decision, end a token.
 *
 * <p>Imports identity, tokens, the end of access and platform's REST edge.
 */
@NullMarked
package io.holdfast.keyservice.http.identity;

import org.jspecify.annotations.NullMarked;
