package io.holdfast.platform.http;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a resource class or method that is reached without an OCI request signature: it has another credential, or needs
 * none. Everything else answers 401 to an unsigned request.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Unsigned {
    /** Why, for the reader. */
    String value();
}
