/**
 * Configuration, and the wiring of the parts by CDI.
 *
 * <p>Imports everything here; nothing here imports it.
 */
@NullMarked
package io.holdfast.secretservice.config;

import org.jspecify.annotations.NullMarked;
