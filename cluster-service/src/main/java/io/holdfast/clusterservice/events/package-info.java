/**
 * What this service does when secret-service's events arrive.
 *
 * <p>Imports create and platform's inbox.
 */
@NullMarked
package io.holdfast.clusterservice.events;

import org.jspecify.annotations.NullMarked;
