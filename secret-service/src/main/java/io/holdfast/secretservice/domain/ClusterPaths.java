package io.holdfast.secretservice.domain;

import io.holdfast.kernel.Ocid.ClusterId;

/**
 * Where a cluster's things lie in the data etcd.
 *
 * <pre>
 * /clusters/{ocid}/registry/secrets/{namespace}/{name}   as kube-apiserver --etcd-prefix=/clusters/{ocid}/registry
 * /clusters/{ocid}/registry/namespaces/{name}
 * /clusters/{ocid}/holdfast/cluster                      what the endpoint knows of its cluster
 * /clusters/{ocid}/holdfast/fence                        the write fence
 * /clusters/{ocid}/holdfast/jobs/{job}                   a re-encryption job with its checkpoint
 * /clusters/{ocid}/holdfast/jobs/{job}/owner             leased by the replica that carries it on
 * /holdfast/secrets/clusters/{ocid}                      index of the clusters served here
 * /holdfast/secrets/openings/{ocid}                      clusters that wait for their key to be granted
 * /holdfast/secrets/jobs/{ocid}/{job}                    index of the jobs that have not ended
 * </pre>
 */
public record ClusterPaths(ClusterId cluster) {
    public static final String INDEX = "/holdfast/secrets/clusters/";
    public static final String OPENINGS = "/holdfast/secrets/openings/";
    public static final String UNFINISHED_JOBS = "/holdfast/secrets/jobs/";
    private static final String OWNER = "/owner";

    public static ClusterPaths of(ClusterId cluster) {
        return new ClusterPaths(cluster);
    }

    private String root() {
        return "/clusters/" + cluster.value() + "/";
    }

    public String registry() {
        return root() + "registry/";
    }

    public String secrets() {
        return registry() + "secrets/";
    }

    public String secretsOf(String namespace) {
        return secrets() + namespace + "/";
    }

    public String secret(String namespace, String name) {
        return secretsOf(namespace) + name;
    }

    public String namespaces() {
        return registry() + "namespaces/";
    }

    public String namespace(String name) {
        return namespaces() + name;
    }

    public String record() {
        return root() + "holdfast/cluster";
    }

    public String fence() {
        return root() + "holdfast/fence";
    }

    public String jobs() {
        return root() + "holdfast/jobs/";
    }

    public String job(String id) {
        return jobs() + id;
    }

    public String jobOwner(String id) {
        return job(id) + OWNER;
    }

    public static boolean isJobOwner(String key) {
        return key.endsWith(OWNER);
    }

    public String index() {
        return INDEX + cluster.value();
    }

    public String opening() {
        return OPENINGS + cluster.value();
    }

    public String unfinishedJob(String id) {
        return UNFINISHED_JOBS + cluster.value() + "/" + id;
    }

    /** The namespace and name in the key of a Secret, split at the first slash behind the prefix; empty when there is none. */
    public Located locate(String secretKey) {
        String rest = secretKey.substring(secrets().length());
        int slash = rest.indexOf('/');
        return slash < 0 ? new Located("", rest) : new Located(rest.substring(0, slash), rest.substring(slash + 1));
    }

    public record Located(String namespace, String name) {}
}
