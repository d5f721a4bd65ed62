package io.holdfast.keyservice.vault;

import io.holdfast.kernel.SecretBytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A root key in a file of exactly 32 bytes, such as a Kubernetes Secret is mounted as.
 *
 * @param setting names the setting that the path was given in
 */
record RootKeyFile(Path file, String setting) implements RootKeySource {

    @Override
    public RootKey read() {
        byte[] read;
        try (InputStream in = Files.newInputStream(file)) {
            // One byte more than a root key: a longer file is noticed and not read to its end.
            read = in.readNBytes(RootKey.LENGTH + 1);
        } catch (IOException e) {
            throw new RootKeyRefused(
                    "The root key file " + file + " (" + setting + ") cannot be read: it must exist and hold exactly "
                            + RootKey.LENGTH + " bytes.",
                    e);
        }
        if (read.length != RootKey.LENGTH) {
            String length = read.length > RootKey.LENGTH ? "more" : "only " + read.length;
            Arrays.fill(read, (byte) 0);
            throw new RootKeyRefused(
                    "The root key file " + file + " (" + setting + ") must hold exactly " + RootKey.LENGTH
                            + " bytes; it holds " + length + ".",
                    null);
        }
        return RootKey.takeOwnershipOf(SecretBytes.takeOwnershipOf(read));
    }
}
