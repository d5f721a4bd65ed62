package io.holdfast.clusterservice.domain;

import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Printable;
import io.holdfast.kernel.ProblemException;
import java.util.regex.Pattern;

/** The OCID of a virtual cloud network. Holdfast has no networks: the id is kept and given back, never looked up. */
public record VcnId(String value) {
    private static final Pattern SHAPE =
            Pattern.compile("ocid1\\.vcn\\.[a-z0-9-]+(\\.[A-Za-z0-9_-]*){1,4}\\.[A-Za-z0-9_-]+");

    public VcnId {
        if (value.length() > Ocid.MAX_LENGTH || !SHAPE.matcher(value).matches()) {
            throw ProblemException.invalid("vcnId", "'" + Printable.shorten(value) + "' is not a valid vcn OCID");
        }
    }
}
