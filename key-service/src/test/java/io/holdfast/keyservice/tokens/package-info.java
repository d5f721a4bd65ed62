/** Tests of kubectl tokens. */
@NullMarked
package io.holdfast.keyservice.tokens;

import org.jspecify.annotations.NullMarked;
