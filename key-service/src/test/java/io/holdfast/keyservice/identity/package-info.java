/** Tests of identity and decisions. */
@NullMarked
package io.holdfast.keyservice.identity;

import org.jspecify.annotations.NullMarked;
