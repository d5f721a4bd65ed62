package io.holdfast.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Temporary directories (mode 0700) and their removal. */
final class ScratchDirectory {
    private static final Set<Path> LEFT = ConcurrentHashMap.newKeySet();

    private ScratchDirectory() {}

    static Path create(String name) {
        try {
            Path created = Files.createTempDirectory("holdfast-" + name + "-");
            LEFT.add(created);
            return created;
        } catch (IOException failure) {
            throw new UncheckedIOException("No temporary directory for " + name, failure);
        }
    }

    /** Removes what was created and not removed; called when the JVM ends. */
    static void removeLeftovers() {
        LEFT.forEach(ScratchDirectory::remove);
    }

    /** Removes a directory and all in it; files that vanish meanwhile are none of its business. */
    static void remove(Path directory) {
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                    if (failure instanceof NoSuchFileException) {
                        return FileVisitResult.CONTINUE;
                    }
                    throw failure;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                        throws IOException {
                    Files.deleteIfExists(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
            LEFT.remove(directory);
        } catch (IOException failure) {
            throw new UncheckedIOException("Could not remove " + directory, failure);
        }
    }
}
