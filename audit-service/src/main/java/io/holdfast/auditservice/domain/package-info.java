/**
 * Entries, the hash chain over them, and where an event stands on its source's number line.
 *
 * <p>Imports kernel only.
 */
@NullMarked
package io.holdfast.auditservice.domain;

import org.jspecify.annotations.NullMarked;
