/**
 * The OCI Container Engine REST API (version 20180222).
 *
 * <p>Imports domain, store, the capabilities beside it, and platform's REST edge.
 */
@NullMarked
package io.holdfast.clusterservice.http;

import org.jspecify.annotations.NullMarked;
