/**
 * Who may do what where, and why: permissions, principals, requests, the set of policies and its decisions.
 *
 * <p>Imports kernel and {@code io.holdfast.iam.language}; no I/O, no clock, everything immutable.
 */
@NullMarked
package io.holdfast.iam.decision;

import org.jspecify.annotations.NullMarked;
