/** Tests of the access session's server side. */
@NullMarked
package io.holdfast.keyservice.access;

import org.jspecify.annotations.NullMarked;
