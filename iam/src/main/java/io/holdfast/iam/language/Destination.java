package io.holdfast.iam.language;

/** The tenancies whose resources an Endorse is about. */
public sealed interface Destination {

    /** Every other tenancy. */
    record AnyTenancy() implements Destination {}

    /** @param name an alias that the same policy defines, or the name of a tenancy */
    record Tenancy(String name) implements Destination {
        public Tenancy {
            Words.requireName(name);
        }
    }
}
