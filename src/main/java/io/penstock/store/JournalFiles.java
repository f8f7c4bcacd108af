package io.penstock.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * How journal segments are named, how they end, and which file system writes them. A segment's name
 * is its writer's and a number that counts up from 0.
 */
final class JournalFiles {
  static final String FOLDER = "journal";
  static final String RUN_PREFIX = "run=";

  /** Last bytes of a segment that is complete while its writer may go on in another. */
  static final byte[] ROLLED_LINE = endLine(ControlLine.ROLLED);

  /** Last bytes of a writer that came to its orderly end. */
  static final byte[] LAST_LINE = endLine(ControlLine.LAST);

  private static final int RANDOM_DIGITS = 8;

  /** A writer counts without leading zeros. */
  private static final Comparator<Path> AS_WRITTEN =
      Comparator.comparingInt((Path segment) -> segment.getName().length())
          .thenComparing(Path::getName);

  private JournalFiles() {}

  static Path runFolder(String store, String runId) {
    return new Path(new Path(store, FOLDER), RUN_PREFIX + runId);
  }

  /** What the paths of a new writer's segments begin with; unlike that of any other writer. */
  static Path newWriter(String store, String runId, String executorId) {
    String random = UUID.randomUUID().toString().substring(0, RANDOM_DIGITS);
    return new Path(runFolder(store, runId), executorId + "-" + random + "-");
  }

  static Path segment(Path writer, int number) {
    return new Path(writer.getParent(), writer.getName() + number);
  }

  /** Segments of one folder, apart by writer, each writer's in the order of writing. */
  static Collection<List<Path>> byWriter(Collection<Path> segments) {
    Map<String, List<Path>> writers =
        segments.stream()
            .sorted(AS_WRITTEN)
            .collect(
                Collectors.groupingBy(JournalFiles::writer, TreeMap::new, Collectors.toList()));
    return writers.values();
  }

  private static String writer(Path segment) {
    String name = segment.getName();
    return name.substring(0, name.lastIndexOf('-') + 1);
  }

  /** Whether its writer has written all that will be in the segment. */
  static boolean isClosed(FileSystem files, FileStatus segment) throws IOException {
    byte[] tail = tail(files, segment);
    return endsWith(tail, ROLLED_LINE) || endsWith(tail, LAST_LINE);
  }

  /** Whether its writer came to its orderly end with it. */
  static boolean isLast(FileSystem files, FileStatus segment) throws IOException {
    return endsWith(tail(files, segment), LAST_LINE);
  }

  private static byte[] tail(FileSystem files, FileStatus segment) throws IOException {
    int length = (int) Math.min(segment.getLen(), Math.max(ROLLED_LINE.length, LAST_LINE.length));
    byte[] tail = new byte[length];
    try (FSDataInputStream in = files.open(segment.getPath())) {
      in.readFully(segment.getLen() - length, tail);
    }
    return tail;
  }

  private static boolean endsWith(byte[] tail, byte[] line) {
    int start = tail.length - line.length;
    return start >= 0 && Arrays.equals(tail, start, tail.length, line, 0, line.length);
  }

  private static byte[] endLine(String how) {
    return LineFrame.frame(ControlLine.end(how).getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * The file system itself, without the checksum layer that Hadoop puts over local disks: there a
   * flush does nothing, and the tail of a killed writer's file cannot be read.
   */
  static FileSystem open(Path path, Configuration hadoop) throws IOException {
    FileSystem files = path.getFileSystem(hadoop);
    return files instanceof ChecksumFileSystem checked ? checked.getRawFileSystem() : files;
  }
}
