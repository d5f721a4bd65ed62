/**
 * Configuration, and the wiring of what CDI does not make by itself.
 *
 * <p>Imports domain, keys, MicroProfile Config and platform.
 */
@NullMarked
package io.holdfast.clusterservice.config;

import org.jspecify.annotations.NullMarked;
