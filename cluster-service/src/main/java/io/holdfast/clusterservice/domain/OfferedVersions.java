package io.holdfast.clusterservice.domain;

import io.holdfast.kernel.ProblemException;
import java.util.List;
import java.util.stream.Collectors;

/** The Kubernetes versions that clusters may have, oldest first. */
public record OfferedVersions(List<KubernetesVersion> versions) {
    public OfferedVersions {
        versions = versions.stream().sorted().distinct().toList();
        if (versions.isEmpty()) {
            throw new IllegalArgumentException("no Kubernetes version is offered");
        }
    }

    /** What a cluster of this version may be upgraded to. */
    public List<KubernetesVersion> upgradesFrom(KubernetesVersion current) {
        return versions.stream().filter(current::upgradesTo).toList();
    }

    /** @throws ProblemException INVALID_PARAMETER when no new cluster may have this version */
    public KubernetesVersion requireOffered(KubernetesVersion wished) {
        if (!versions.contains(wished)) {
            throw ProblemException.invalid(
                    "kubernetesVersion", wished + " is not offered; offered are " + listed(versions));
        }
        return wished;
    }

    /** @throws ProblemException INVALID_PARAMETER when a cluster of this version may not be upgraded to the wished one */
    public KubernetesVersion requireUpgrade(KubernetesVersion current, KubernetesVersion wished) {
        List<KubernetesVersion> allowed = upgradesFrom(current);
        if (!allowed.contains(wished)) {
            throw ProblemException.invalid(
                    "kubernetesVersion",
                    wished + " is no upgrade of " + current
                            + ": a cluster goes up by one minor version at a time and never" + " back; possible now: "
                            + (allowed.isEmpty() ? "none" : listed(allowed)));
        }
        return wished;
    }

    private static String listed(List<KubernetesVersion> versions) {
        return versions.stream().map(KubernetesVersion::toString).collect(Collectors.joining(", "));
    }
}
