package io.holdfast.clusterservice.domain;

import io.holdfast.kernel.Ocid.WorkRequestId;
import java.time.Instant;

/**
 * Who changed a cluster, when, and by which work request.
 *
 * @param userId the OCID of the principal
 */
public record Actor(String userId, WorkRequestId workRequestId, Instant at) {}
