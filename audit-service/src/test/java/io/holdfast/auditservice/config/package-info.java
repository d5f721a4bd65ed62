/**
 * What the settings accept, and what keeps the service from starting.
 *
 * <p>May import everything of the service.
 */
@NullMarked
package io.holdfast.auditservice.config;

import org.jspecify.annotations.NullMarked;
