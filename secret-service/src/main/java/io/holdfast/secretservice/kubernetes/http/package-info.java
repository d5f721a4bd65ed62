/**
 * The Kubernetes endpoint of each cluster, {@code /clusters/<cluster ocid>/…}: plain Vert.x routes that hand each request
 * to a virtual thread, so that status, headers, chunks and the last check before the first byte are under exact control.
 *
 * <p>Imports the model beside it, the storage port, the platform's access session and authorization, and Vert.x.
 */
@NullMarked
package io.holdfast.secretservice.kubernetes.http;

import org.jspecify.annotations.NullMarked;
