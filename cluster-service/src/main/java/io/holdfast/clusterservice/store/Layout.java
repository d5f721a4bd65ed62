package io.holdfast.clusterservice.store;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.WorkRequestId;
import java.time.Instant;

/**
 * What cluster-service keeps in etcd.
 *
 * <pre>
 * /holdfast/clusters/clusters/CLUSTER                                 the cluster
 * /holdfast/clusters/clusters-by-compartment/COMPARTMENT/CLUSTER      empty
 * /holdfast/clusters/work-requests/WORK                               the work request
 * /holdfast/clusters/work-requests-by-compartment/COMPARTMENT/WORK    empty
 * /holdfast/clusters/work-requests-by-cluster/CLUSTER/WORK            empty
 * /holdfast/clusters/unfinished/WORK                                  the cluster's id; updates and deletions to be done
 * /holdfast/clusters/pending/CLUSTER                                  the intent: a binding may exist, the cluster does not
 * /holdfast/clusters/deleted/TIME/CLUSTER                             empty; deleted clusters in order of time
 * </pre>
 */
final class Layout {
    static final String ROOT = "/holdfast/clusters/";
    static final String CLUSTERS = ROOT + "clusters/";
    static final String UNFINISHED = ROOT + "unfinished/";
    static final String PENDING = ROOT + "pending/";
    static final String DELETED = ROOT + "deleted/";

    private Layout() {}

    static String cluster(ClusterId id) {
        return CLUSTERS + id.value();
    }

    static String clustersOf(CompartmentId compartment) {
        return ROOT + "clusters-by-compartment/" + compartment.value() + "/";
    }

    static String work(WorkRequestId id) {
        return ROOT + "work-requests/" + id.value();
    }

    static String worksOf(CompartmentId compartment) {
        return ROOT + "work-requests-by-compartment/" + compartment.value() + "/";
    }

    static String worksOf(ClusterId cluster) {
        return ROOT + "work-requests-by-cluster/" + cluster.value() + "/";
    }

    static String unfinished(WorkRequestId id) {
        return UNFINISHED + id.value();
    }

    static String pending(ClusterId id) {
        return PENDING + id.value();
    }

    /** Sorts by time. */
    static String deleted(Instant at, ClusterId id) {
        return DELETED + "%015d".formatted(Math.max(0, at.toEpochMilli())) + "/" + id.value();
    }

    /** The time in a key that {@link #deleted} made. */
    static Instant timeOfDeleted(String key) {
        return Instant.ofEpochMilli(Long.parseLong(key.substring(DELETED.length(), key.lastIndexOf('/'))));
    }

    /** The last part of a key. */
    static String last(String key) {
        return key.substring(key.lastIndexOf('/') + 1);
    }
}
