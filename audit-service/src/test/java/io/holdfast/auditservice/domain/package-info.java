/**
 * The hash of an entry and the number line.
 *
 * <p>May import everything of the service.
 */
@NullMarked
package io.holdfast.auditservice.domain;

import org.jspecify.annotations.NullMarked;
