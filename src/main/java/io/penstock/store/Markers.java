package io.penstock.store;

import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Files that say which of their neighbours are written elsewhere by now: {@code _compacted-<uuid>}
 * beside journal segments, {@code _replaced-<uuid>} beside Parquet files. Each is written once, by
 * one process, and never changed; a line is a name and the length that was read.
 */
final class Markers {
  static final String COMPACTED = "_compacted";
  static final String REPLACED = "_replaced";

  private final FileSystem files;

  Markers(FileSystem files) {
    this.files = files;
  }

  /** Written whole or, after a crash, with a part of its lines, which are right. */
  void write(Path folder, String kind, Map<String, Long> lengths) throws IOException {
    Path marker = new Path(folder, kind + "-" + UUID.randomUUID());
    try (FSDataOutputStream out = files.create(marker, false)) {
      for (Map.Entry<String, Long> entry : lengths.entrySet()) {
        out.write(
            (entry.getKey() + " " + entry.getValue() + "\n").getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  /** All that the markers among these files say: name to the largest length. */
  Map<String, Long> lengths(List<FileStatus> folder, String kind) throws IOException {
    Map<String, Long> lengths = new HashMap<>();
    for (FileStatus file : folder) {
      if (file.getPath().getName().startsWith(kind)) {
        read(file.getPath()).forEach((name, bytes) -> lengths.merge(name, bytes, Math::max));
      }
    }
    return lengths;
  }

  /** Empty when it was deleted meanwhile: then what it named is gone too. */
  Map<String, Long> read(Path marker) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(files.open(marker), StandardCharsets.UTF_8))) {
      // the first format had no lengths, and named closed segments only
      long unsaid = marker.getName().equals(COMPACTED) ? Long.MAX_VALUE : 0;
      return lines
          .lines()
          .map(line -> line.split(" "))
          .collect(Collectors.toMap(line -> line[0], line -> length(line, unsaid), Math::max));
    } catch (FileNotFoundException e) {
      return Map.of();
    }
  }

  /** A torn one is too small, which is safe. */
  private static long length(String[] line, long unsaid) {
    boolean said = line.length > 1 && line[1].matches("\\d+");
    return said ? Long.parseLong(line[1]) : unsaid;
  }
}
