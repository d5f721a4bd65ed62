package io.holdfast.envelope;

/**
 * A stored value, a wrapped DEK or a stored object that cannot be read: wrong form, wrong tag, wrong padding, wrong key,
 * or not written for the place it was found in.
 *
 * <p>One type and one message for all of these. It carries no cause and no stack trace, because either would tell a bad
 * tag from bad padding to whoever can make this code read altered bytes. The caller adds which object it was.
 */
public final class EnvelopeDamaged extends RuntimeException {
    private static final String MESSAGE = "the value is damaged, or was not written for this place or under this key";

    public EnvelopeDamaged() {
        super(MESSAGE, null, false, false);
    }
}
