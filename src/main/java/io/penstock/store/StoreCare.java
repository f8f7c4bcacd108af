package io.penstock.store;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Finds what of a store's Parquet is to be written anew, and deletes what was replaced once no
 * reader can need it. Safe beside jobs and beside another of its kind.
 */
final class StoreCare {
  /** Longer than any reader. */
  static final Duration GRACE = Duration.ofHours(24);

  /** Files below half the size to aim at are merged. */
  private static final long SMALL_BYTES = Compaction.FILE_BYTES / 2;

  private final StoreFiles files;
  private final Duration grace;

  StoreCare(StoreFiles files, Duration grace) {
    this.files = files;
    this.grace = grace;
  }

  /** Small Parquet files of one day that no other replaces; two at least. */
  record Mergeable(Path day, Map<String, Long> lengths) {
    List<String> paths() {
      return lengths.keySet().stream().map(name -> new Path(day, name).toString()).toList();
    }

    long bytes() {
      return lengths.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  List<Mergeable> mergeable() throws IOException {
    List<Mergeable> found = new ArrayList<>();
    for (Path day : files.days()) {
      List<FileStatus> folder = files.list(day);
      Set<String> replaced = files.markers().lengths(folder, Markers.REPLACED).keySet();
      Map<String, Long> small = new HashMap<>();
      for (FileStatus file : StoreFiles.visible(folder)) {
        if (file.getLen() < SMALL_BYTES && !replaced.contains(file.getPath().getName())) {
          small.put(file.getPath().getName(), file.getLen());
        }
      }
      if (small.size() > 1) {
        found.add(new Mergeable(day, small));
      }
    }
    return found;
  }

  /** Of a merge that is in place. */
  void markReplaced(Mergeable merged) throws IOException {
    files.markers().write(merged.day(), Markers.REPLACED, merged.lengths());
  }

  /**
   * Deletes what was compacted or replaced longer ago than the grace, and what killed compactions
   * left; returns the number of files.
   *
   * @param unfinishedRuns whose segments stay, since they tell what is in doubt
   */
  long deleteReplaced(Set<String> unfinishedRuns) throws IOException {
    long before = FileClock.now(files.fileSystem(), files.store()) - grace.toMillis();
    long deleted = 0;
    for (Path day : files.days()) {
      deleted += deleteMarked(day, Markers.REPLACED, before);
    }
    for (Path run : files.runFolders()) {
      String runId = run.getName().substring(JournalFiles.RUN_PREFIX.length());
      if (!unfinishedRuns.contains(runId)) {
        deleted += deleteMarked(run, Markers.COMPACTED, before);
        deleteIfEmpty(run);
      }
    }
    return deleted + deleteStaging(before);
  }

  /** What is named first, the marker last: a kill in between leaves a marker of nothing. */
  private long deleteMarked(Path folder, String kind, long before) throws IOException {
    FileSystem fileSystem = files.fileSystem();
    long deleted = 0;
    for (FileStatus marker : files.list(folder)) {
      boolean old = marker.getModificationTime() <= before;
      if (!old || !marker.getPath().getName().startsWith(kind)) {
        continue;
      }
      boolean all = true;
      for (Map.Entry<String, Long> named : files.markers().read(marker.getPath()).entrySet()) {
        Path file = new Path(folder, named.getKey());
        boolean grown =
            fileSystem.exists(file) && fileSystem.getFileStatus(file).getLen() > named.getValue();
        deleted += !grown && fileSystem.delete(file, false) ? 1 : 0;
        all &= !grown;
      }
      if (all) {
        fileSystem.delete(marker.getPath(), false);
      }
    }
    return deleted;
  }

  private void deleteIfEmpty(Path run) throws IOException {
    if (files.list(run).isEmpty()) {
      files.fileSystem().delete(run, false);
    }
  }

  private long deleteStaging(long before) throws IOException {
    long deleted = 0;
    for (FileStatus child : files.list(files.completions())) {
      boolean staging = child.getPath().getName().startsWith(Compaction.STAGING);
      if (staging && child.getModificationTime() <= before) {
        deleted += files.fileSystem().delete(child.getPath(), true) ? 1 : 0;
      }
    }
    return deleted;
  }
}
