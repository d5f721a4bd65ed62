/**
 * The journey: the way of a Secret in ten steps, through public interfaces only. It is the demo and, silent, the system
 * test.
 *
 * <p>Imports kernel and the clients of the real parts (JDK HTTP, Kafka, jetcd, kubectl as a process); nothing of any
 * service.
 */
@NullMarked
package io.holdfast.system;

import org.jspecify.annotations.NullMarked;
