/**
 * Test resources that give a {@code @QuarkusTest} real etcd, Kafka, PostgreSQL and certificates as configuration.
 *
 * <p>May import testkit and Quarkus' test resource interface.
 */
@NullMarked
package io.holdfast.testkit.quarkus;

import org.jspecify.annotations.NullMarked;
