package io.penstock.simulator.batch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A temporary folder for what batches hold, made when it is first needed. Thread-safe.
 *
 * <p>It is deleted when it is closed; a process that is killed leaves it behind.
 */
public final class SpoolFolder implements AutoCloseable {
  private final AtomicLong number = new AtomicLong();
  private @Nullable Path folder;

  /** The folder itself. */
  public synchronized Path path() throws IOException {
    if (folder == null) {
      folder = Files.createTempDirectory("penstock-simulator");
    }
    return folder;
  }

  /** The path of a file that is not there yet. */
  public Path newFile(String kind) throws IOException {
    return path().resolve(number.incrementAndGet() + "." + kind);
  }

  /** Deletes all files; what is open can still be read. The next file begins a new folder. */
  @Override
  public synchronized void close() throws IOException {
    if (folder == null) {
      return;
    }
    Path old = folder;
    folder = null;
    List<Path> all;
    try (Stream<Path> found = Files.walk(old)) {
      all = found.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.deleteIfExists(path);
    }
  }
}
