/**
 * Oracle's HTTP interface (oci-java-sdk-common-httpclient) over the JDK's own client, in place of Jersey: a second JAX-RS
 * implementation, with its own container and connection pool, has no place beside Quarkus REST.
 *
 * <p>What the contract leaves open is as in Oracle's adapter for Jersey. Bodies are JSON in memory, both ways; streams, which
 * object storage needs, are refused.
 *
 * <p>Imports kernel, Jackson and Oracle's SDK.
 */
@NullMarked
package io.holdfast.keyservice.oci.http;

import org.jspecify.annotations.NullMarked;
