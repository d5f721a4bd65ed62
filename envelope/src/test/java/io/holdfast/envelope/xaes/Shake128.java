package io.holdfast.envelope.xaes;

/** SHAKE-128 (FIPS 202) as an endless stream, which the JDK does not offer; the C2SP tests draw from it. */
final class Shake128 {
    private static final int RATE = 168;

    private final long[] state = new long[25];
    private int at;
    private boolean squeezing;

    void absorb(byte[] bytes) {
        for (byte b : bytes) {
            xor(at++, b);
            if (at == RATE) {
                permute();
                at = 0;
            }
        }
    }

    byte[] squeeze(int length) {
        if (!squeezing) {
            xor(at, (byte) 0x1f);
            xor(RATE - 1, (byte) 0x80);
            permute();
            at = 0;
            squeezing = true;
        }
        byte[] out = new byte[length];
        for (int i = 0; i < length; i++) {
            if (at == RATE) {
                permute();
                at = 0;
            }
            out[i] = (byte) (state[at / 8] >>> 8 * (at % 8));
            at++;
        }
        return out;
    }

    private void xor(int index, byte value) {
        state[index / 8] ^= (value & 0xffL) << 8 * (index % 8);
    }

    private void permute() {
        int lfsr = 1;
        for (int round = 0; round < 24; round++) {
            theta();
            rhoAndPi();
            chi();
            for (int j = 0; j < 7; j++) {
                if ((lfsr & 1) != 0) {
                    state[0] ^= 1L << (1 << j) - 1;
                }
                lfsr = lfsr << 1 ^ ((lfsr & 0x80) != 0 ? 0x171 : 0);
            }
        }
    }

    private void theta() {
        long[] column = new long[5];
        for (int x = 0; x < 5; x++) {
            column[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20];
        }
        for (int i = 0; i < 25; i++) {
            state[i] ^= column[(i + 4) % 5] ^ Long.rotateLeft(column[(i + 1) % 5], 1);
        }
    }

    private void rhoAndPi() {
        int x = 1;
        int y = 0;
        long current = state[1];
        for (int t = 0; t < 24; t++) {
            int nextY = (2 * x + 3 * y) % 5;
            x = y;
            y = nextY;
            long moved = state[x + 5 * y];
            state[x + 5 * y] = Long.rotateLeft(current, (t + 1) * (t + 2) / 2);
            current = moved;
        }
    }

    private void chi() {
        for (int row = 0; row < 25; row += 5) {
            long[] old = {state[row], state[row + 1], state[row + 2], state[row + 3], state[row + 4]};
            for (int x = 0; x < 5; x++) {
                state[row + x] = old[x] ^ ~old[(x + 1) % 5] & old[(x + 2) % 5];
            }
        }
    }
}
