/**
 * Real etcd, Kafka and PostgreSQL for tests and for {@code ./dev}, development certificates, a proxy that breaks
 * connections, and bounded waiting.
 *
 * <p>May import the kernel and third-party test libraries; never a service, never Quarkus beyond its test resource
 * interface.
 */
@NullMarked
package io.holdfast.testkit;

import org.jspecify.annotations.NullMarked;
