package io.penstock.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The folders and files of a store, and which journal segments are in Parquet by now. */
final class StoreFiles {
  private static final String COMPLETIONS = "completions";

  private final Path store;
  private final Configuration hadoop;

  StoreFiles(String store, Configuration hadoop) {
    this.store = new Path(store);
    this.hadoop = hadoop;
  }

  FileSystem fileSystem() throws IOException {
    return store.getFileSystem(hadoop);
  }

  /** The folder of the Parquet files, by day. */
  Path completions() {
    return new Path(store, COMPLETIONS);
  }

  boolean hasCompletions() throws IOException {
    return list(completions()).stream()
        .anyMatch(day -> day.getPath().getName().startsWith(StoreColumns.DAY + "="));
  }

  /** Total size in bytes, as the file system lists it. */
  long bytes(List<Path> segments) throws IOException {
    long bytes = 0;
    for (Path segment : segments) {
      bytes += fileSystem().getFileStatus(segment).getLen();
    }
    return bytes;
  }

  List<Path> segments(String runId) throws IOException {
    return segments(JournalFiles.runFolder(store.toString(), runId));
  }

  List<Path> uncompactedSegments(String runId) throws IOException {
    return uncompactedSegments(JournalFiles.runFolder(store.toString(), runId));
  }

  List<Path> uncompactedSegments() throws IOException {
    List<Path> segments = new ArrayList<>();
    for (FileStatus run : list(new Path(store, JournalFiles.FOLDER))) {
      segments.addAll(uncompactedSegments(run.getPath()));
    }
    return segments;
  }

  void markCompacted(String runId, List<Path> segments) throws IOException {
    Path folder = JournalFiles.runFolder(store.toString(), runId);
    Set<String> names = compactedNames(folder);
    segments.forEach(segment -> names.add(segment.getName()));
    try (FSDataOutputStream out =
        fileSystem().create(new Path(folder, JournalFiles.COMPACTED_MARKER), true)) {
      out.write((String.join("\n", names) + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  private List<Path> uncompactedSegments(Path runFolder) throws IOException {
    Set<String> compacted = compactedNames(runFolder);
    return segments(runFolder).stream()
        .filter(segment -> !compacted.contains(segment.getName()))
        .toList();
  }

  private List<Path> segments(Path runFolder) throws IOException {
    return list(runFolder).stream()
        .map(FileStatus::getPath)
        .filter(path -> !path.getName().startsWith("_") && !path.getName().startsWith("."))
        .toList();
  }

  private Set<String> compactedNames(Path runFolder) throws IOException {
    Path marker = new Path(runFolder, JournalFiles.COMPACTED_MARKER);
    if (!fileSystem().exists(marker)) {
      return new HashSet<>();
    }
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(fileSystem().open(marker), StandardCharsets.UTF_8))) {
      return lines.lines().collect(Collectors.toCollection(HashSet::new));
    }
  }

  /** Empty where there is no such folder. */
  private List<FileStatus> list(Path folder) throws IOException {
    return fileSystem().exists(folder) ? List.of(fileSystem().listStatus(folder)) : List.of();
  }
}
