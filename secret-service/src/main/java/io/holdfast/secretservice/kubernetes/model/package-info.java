/**
 * Kubernetes' objects as values: reading and writing their JSON, protobuf and storage forms, validation, patches, field
 * ownership, selectors, tables and {@code Status}. No I/O.
 *
 * <p>Imports kernel, envelope's storage form, Jackson and the generated messages of {@code src/main/proto/k8s}.
 */
@NullMarked
package io.holdfast.secretservice.kubernetes.model;

import org.jspecify.annotations.NullMarked;
