/**
 * Carries out accepted work requests, at once and again after a crash; the sweeper.
 *
 * <p>Imports create, update, delete, store and config.
 */
@NullMarked
package io.holdfast.clusterservice.work;

import org.jspecify.annotations.NullMarked;
