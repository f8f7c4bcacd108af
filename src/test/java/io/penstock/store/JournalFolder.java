package io.penstock.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;

/** The journal of {@link Entries#RUN} in a store on a local disk, as tests look at it. */
final class JournalFolder {
  private static final int PATIENCE_SECONDS = 30;

  final AtomicInteger torn = new AtomicInteger();

  private final Path store;
  private final Configuration hadoop = new Configuration();

  JournalFolder(Path store) {
    this.store = store;
  }

  Journal writer() {
    return new Journal(store.toString(), Entries.RUN, "exec-3", Entries.DURABILITY, hadoop);
  }

  static void await(Future<?> future) throws Exception {
    future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Those that can be seen. */
  List<Path> segments() throws IOException {
    try (var files = Files.list(folder())) {
      return files.filter(path -> !name(path).startsWith(".")).sorted().toList();
    }
  }

  List<StoreEntry> entries() throws IOException {
    List<StoreEntry> entries = new ArrayList<>();
    for (Path segment : segments()) {
      new JournalReader(hadoopPath(segment), hadoop, torn::incrementAndGet)
          .forEachRemaining(entries::add);
    }
    return entries;
  }

  InDoubt inDoubt() throws IOException {
    InDoubt sum = InDoubt.NONE;
    for (var writer :
        JournalFiles.byWriter(segments().stream().map(JournalFolder::hadoopPath).toList())) {
      sum = sum.plus(OpenCalls.read(writer, hadoop));
    }
    return sum;
  }

  boolean isClosed(Path segment) throws IOException {
    var files = JournalFiles.open(hadoopPath(segment), hadoop);
    return JournalFiles.isClosed(files, files.getFileStatus(hadoopPath(segment)));
  }

  /** Writes a segment of these lines by hand. */
  Path write(String name, String... jsons) throws IOException {
    LineBuffer lines = new LineBuffer();
    for (String json : jsons) {
      lines.add(json);
    }
    Path segment = Files.createDirectories(folder()).resolve(name);
    try (var out = Files.newOutputStream(segment)) {
      lines.moveTo(out);
    }
    return segment;
  }

  private Path folder() {
    return store.resolve("journal/run=" + Entries.RUN);
  }

  private static org.apache.hadoop.fs.Path hadoopPath(Path segment) {
    return new org.apache.hadoop.fs.Path(segment.toUri());
  }

  static String name(Path path) {
    return path.getFileName().toString();
  }
}
