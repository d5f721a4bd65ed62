package io.holdfast.envelope.storage;

import io.holdfast.envelope.EnvelopeDamaged;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** From (inclusive) and to (exclusive) within an array. */
record Slice(int from, int to) {
    int length() {
        return to - from;
    }
}

/**
 * The little of protobuf's wire format (protobuf.dev, "Encoding") that the storage framing needs: length-delimited fields
 * with numbers below 16. Everything read is a slice of the input; nothing is allocated by what a length claims.
 */
final class ProtobufFields {
    /** What protobuf storage starts with. */
    static final byte[] MAGIC = {'k', '8', 's', 0};

    private static final int LENGTH_DELIMITED = 2;
    private static final int MAX_VARINT = 10;

    private ProtobufFields() {}

    /** Bytes that a length-delimited field with this much content takes. */
    static int size(int contentLength) {
        int lengthBytes = 1;
        for (int rest = contentLength >>> 7; rest != 0; rest >>>= 7) {
            lengthBytes++;
        }
        return 1 + lengthBytes + contentLength;
    }

    static void head(ByteBuffer out, int number, int contentLength) {
        out.put((byte) (number << 3 | LENGTH_DELIMITED));
        int rest = contentLength;
        while (rest > 0x7f) {
            out.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    static void field(ByteBuffer out, int number, byte[] content) {
        head(out, number, content.length);
        out.put(content);
    }

    /**
     * The contents of fields 1 to {@code count}, which are all length-delimited; an absent one is empty. Fields with other
     * numbers are skipped.
     *
     * @throws EnvelopeDamaged when the message is malformed, or has one of these fields twice or with another wire type
     */
    static Slice[] read(byte[] bytes, Slice message, int count) {
        Slice[] fields = new Slice[count];
        boolean[] seen = new boolean[count];
        Arrays.fill(fields, new Slice(message.to(), message.to()));
        Cursor cursor = new Cursor(bytes, message);
        while (cursor.at < message.to()) {
            long key = cursor.varint();
            long number = key >>> 3;
            int type = (int) (key & 7);
            if (number == 0 || number > 0x1fff_ffffL) {
                throw new EnvelopeDamaged();
            }
            Slice content = cursor.content(type);
            if (number <= count) {
                int index = (int) number - 1;
                if (type != LENGTH_DELIMITED || seen[index]) {
                    throw new EnvelopeDamaged();
                }
                seen[index] = true;
                fields[index] = content;
            }
        }
        return fields;
    }

    private static final class Cursor {
        private final byte[] bytes;
        private final int end;
        private int at;

        Cursor(byte[] bytes, Slice message) {
            this.bytes = bytes;
            this.at = message.from();
            this.end = message.to();
        }

        long varint() {
            long value = 0;
            for (int i = 0; i < MAX_VARINT; i++) {
                if (at >= end) {
                    throw new EnvelopeDamaged();
                }
                byte next = bytes[at++];
                value |= (long) (next & 0x7f) << (7 * i);
                if (next >= 0) {
                    return value;
                }
            }
            throw new EnvelopeDamaged();
        }

        Slice content(int wireType) {
            int from = at;
            switch (wireType) {
                case 0 -> varint();
                case 1 -> skip(8);
                case 2 -> {
                    long length = varint();
                    from = at;
                    skip(length);
                }
                case 5 -> skip(4);
                // Groups (3 and 4) are not used by Kubernetes, 6 and 7 do not exist.
                default -> throw new EnvelopeDamaged();
            }
            return new Slice(from, at);
        }

        private void skip(long length) {
            if (length < 0 || length > end - at) {
                throw new EnvelopeDamaged();
            }
            at += (int) length;
        }
    }
}
