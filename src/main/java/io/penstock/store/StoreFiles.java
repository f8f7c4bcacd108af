package io.penstock.store;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;

/** The folders and files of a store, and which of them are written elsewhere by now. */
final class StoreFiles {
  private static final String COMPLETIONS = "completions";
  private static final int RECOVERY_POLLS = 120;
  private static final long RECOVERY_POLL_MILLIS = 500;

  private final Path store;
  private final Configuration hadoop;

  StoreFiles(String store, Configuration hadoop) {
    this.store = new Path(store);
    this.hadoop = hadoop;
  }

  /** Without a checksum layer, see {@link JournalFiles#open}. */
  FileSystem fileSystem() throws IOException {
    return JournalFiles.open(store, hadoop);
  }

  Markers markers() throws IOException {
    return new Markers(fileSystem());
  }

  Configuration hadoop() {
    return hadoop;
  }

  Path store() {
    return store;
  }

  /** But for the locks of jobs that run. */
  boolean isEmpty() throws IOException {
    return list(store).stream()
        .allMatch(child -> child.getPath().getName().equals(LockFiles.FOLDER));
  }

  /** The folder of the Parquet files, by day. */
  Path completions() {
    return new Path(store, COMPLETIONS);
  }

  /** The folders of the Parquet files' days. */
  List<Path> days() throws IOException {
    return list(completions()).stream()
        .map(FileStatus::getPath)
        .filter(day -> day.getName().startsWith(StoreColumns.DAY + "="))
        .toList();
  }

  boolean hasCompletions() throws IOException {
    return !days().isEmpty();
  }

  /** The journal's folders, one for each run. */
  List<Path> runFolders() throws IOException {
    return list(new Path(store, JournalFiles.FOLDER)).stream().map(FileStatus::getPath).toList();
  }

  /** All of a run, compacted or not. */
  List<Path> segments(String runId) throws IOException {
    return visible(list(runFolder(runId))).stream().map(FileStatus::getPath).toList();
  }

  List<Segment> uncompactedSegments(String runId) throws IOException {
    return uncompactedSegments(runFolder(runId));
  }

  List<Segment> uncompactedSegments() throws IOException {
    List<Segment> segments = new ArrayList<>();
    for (Path run : runFolders()) {
      segments.addAll(uncompactedSegments(run));
    }
    return segments;
  }

  private Path runFolder(String runId) {
    return JournalFiles.runFolder(store.toString(), runId);
  }

  /** Also those that have grown since they were compacted. */
  private List<Segment> uncompactedSegments(Path runFolder) throws IOException {
    List<FileStatus> folder = list(runFolder);
    Map<String, Long> compacted = markers().lengths(folder, Markers.COMPACTED);
    return visible(folder).stream()
        .filter(
            segment -> compacted.getOrDefault(segment.getPath().getName(), -1L) < segment.getLen())
        .map(segment -> new Segment(segment.getPath(), segment.getLen()))
        .toList();
  }

  /**
   * Uncompacted segments that may be compacted now: of runs that are under way the closed ones, of
   * others all. On HDFS their dead writers are fenced off, so that what is read is all that there
   * will be.
   *
   * @param liveRuns ids
   */
  List<Segment> compactable(List<Segment> uncompacted, Set<String> liveRuns) throws IOException {
    List<Segment> compactable = new ArrayList<>();
    for (Segment segment : uncompacted) {
      FileStatus status = fileSystem().getFileStatus(segment.path());
      if (JournalFiles.isClosed(fileSystem(), status)) {
        compactable.add(segment);
      } else if (!liveRuns.contains(segment.runId())) {
        compactable.add(fenced(segment));
      }
    }
    return compactable;
  }

  private Segment fenced(Segment segment) throws IOException {
    if (!(fileSystem() instanceof DistributedFileSystem hdfs)) {
      return segment;
    }
    boolean closed = hdfs.isFileClosed(segment.path()) || hdfs.recoverLease(segment.path());
    for (int poll = 0; !closed && poll < RECOVERY_POLLS; poll++) {
      try {
        Thread.sleep(RECOVERY_POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("Interrupted while HDFS closed " + segment.path(), e);
      }
      closed = hdfs.isFileClosed(segment.path());
    }
    if (!closed) {
      throw new IOException("HDFS did not close " + segment.path() + ", whose writer is gone");
    }
    return new Segment(segment.path(), hdfs.getFileStatus(segment.path()).getLen());
  }

  /** Says that these are in Parquet, up to the lengths that they had. */
  void markCompacted(List<Segment> segments) throws IOException {
    Map<Path, Map<String, Long>> byFolder = new HashMap<>();
    for (Segment segment : segments) {
      byFolder
          .computeIfAbsent(segment.folder(), folder -> new HashMap<>())
          .put(segment.name(), segment.bytes());
    }
    for (Map.Entry<Path, Map<String, Long>> run : byFolder.entrySet()) {
      markers().write(run.getKey(), Markers.COMPACTED, run.getValue());
    }
  }

  /** Without hidden files and markers. */
  static List<FileStatus> visible(List<FileStatus> folder) {
    return folder.stream()
        .filter(
            file ->
                !file.getPath().getName().startsWith("_")
                    && !file.getPath().getName().startsWith("."))
        .toList();
  }

  /** Empty where there is no such folder. */
  List<FileStatus> list(Path folder) throws IOException {
    try {
      return List.of(fileSystem().listStatus(folder));
    } catch (FileNotFoundException e) {
      return List.of();
    }
  }

  /** In bytes; hidden files included. */
  long size(Path folder) throws IOException {
    return fileSystem().exists(folder) ? fileSystem().getContentSummary(folder).getLength() : 0;
  }
}
