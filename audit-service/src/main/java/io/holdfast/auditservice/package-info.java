/**
 * The audit service: every event of every family, once, in order, chained by hashes.
 *
 * <p>Nothing lives in this package itself; see the packages below it.
 */
@NullMarked
package io.holdfast.auditservice;

import org.jspecify.annotations.NullMarked;
