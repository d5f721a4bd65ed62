package io.holdfast.iam.language;

import java.util.List;
import java.util.Optional;

/**
 * Where the words of a statement stand whose meaning only the installation knows.
 *
 * @param start of the statement
 * @param subjects of its names or OCIDs, in their order; none where it has none
 * @param actions of the resource type, or of each permission
 * @param tenancy that an Endorse or an Admit names
 * @param locations of each name of a path, or of the OCID or keyword that stands for it; none where it has no location
 */
public record Places(
        Position start,
        List<Position> subjects,
        List<Position> actions,
        Optional<Position> tenancy,
        List<Position> locations) {
    public Places {
        subjects = List.copyOf(subjects);
        actions = List.copyOf(actions);
        locations = List.copyOf(locations);
    }
}
