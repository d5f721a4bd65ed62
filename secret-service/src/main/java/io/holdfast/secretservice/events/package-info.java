/**
 * What this service does when others' events arrive: asks the owner again and brings its clusters in line.
 *
 * <p>Imports blocking, endpoint and the platform's inbox.
 */
@NullMarked
package io.holdfast.secretservice.events;

import org.jspecify.annotations.NullMarked;
