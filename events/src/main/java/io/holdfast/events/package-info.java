/**
 * What Holdfast's services tell each other on Kafka: past-tense facts in sealed families, one topic and one owner per
 * family, CloudEvents 1.0 in binary mode with JSON data.
 *
 * <p>Imports kernel and Jackson. No field carries key or secret bytes.
 */
@NullMarked
package io.holdfast.events;

import org.jspecify.annotations.NullMarked;
