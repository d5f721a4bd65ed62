/**
 * Keys whose lives are led in a vault elsewhere: what happens to them there is followed here, and becomes the same events.
 *
 * <p>Imports domain, store, vault, access and bindings.
 */
@NullMarked
package io.holdfast.keyservice.mirror;

import org.jspecify.annotations.NullMarked;
