/**
 * The trail: what may be asked of it, and the check that nobody changed it.
 *
 * <p>Imports the domain and kernel; the store behind it is a port.
 */
@NullMarked
package io.holdfast.auditservice.trail;

import org.jspecify.annotations.NullMarked;
