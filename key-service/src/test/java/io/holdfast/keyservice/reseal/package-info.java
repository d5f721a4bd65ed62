@NullMarked
package io.holdfast.keyservice.reseal;

import org.jspecify.annotations.NullMarked;
