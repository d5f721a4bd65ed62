/**
 * What an operator sets.
 *
 * <p>Imports nothing of the service.
 */
@NullMarked
package io.holdfast.auditservice.config;

import org.jspecify.annotations.NullMarked;
