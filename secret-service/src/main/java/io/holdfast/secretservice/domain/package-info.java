/**
 * The words of the secret-service: key versions, denials, where things lie in the data etcd.
 *
 * <p>Imports kernel only.
 */
@NullMarked
package io.holdfast.secretservice.domain;

import org.jspecify.annotations.NullMarked;
