package io.holdfast.clusterservice.domain;

import io.holdfast.kernel.Printable;
import io.holdfast.kernel.ProblemException;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Kubernetes version as OCI writes it, for example {@code v1.34.1}; ordered as versions are. */
public record KubernetesVersion(int major, int minor, int patch) implements Comparable<KubernetesVersion> {
    private static final Pattern SHAPE = Pattern.compile("v(\\d{1,4})\\.(\\d{1,4})\\.(\\d{1,4})");
    private static final Comparator<KubernetesVersion> ORDER = Comparator.comparingInt(KubernetesVersion::major)
            .thenComparingInt(KubernetesVersion::minor)
            .thenComparingInt(KubernetesVersion::patch);

    /** @throws ProblemException INVALID_PARAMETER naming kubernetesVersion when the text is no version */
    public static KubernetesVersion parse(String text) {
        Matcher parts = SHAPE.matcher(text);
        if (!parts.matches()) {
            throw ProblemException.invalid(
                    "kubernetesVersion",
                    "'" + Printable.shorten(text) + "' is not a version such as v1.34.1 (leading v, three numbers)");
        }
        return new KubernetesVersion(
                Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)), Integer.parseInt(parts.group(3)));
    }

    /** Whether a control plane may go from this version to that one: upwards, and at most one minor version at once. */
    public boolean upgradesTo(KubernetesVersion next) {
        return next.compareTo(this) > 0 && next.major == major && next.minor - minor <= 1;
    }

    @Override
    public int compareTo(KubernetesVersion other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return "v" + major + "." + minor + "." + patch;
    }
}
