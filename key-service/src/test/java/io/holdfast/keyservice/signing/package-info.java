/** Tests of request signatures. */
@NullMarked
package io.holdfast.keyservice.signing;

import org.jspecify.annotations.NullMarked;
