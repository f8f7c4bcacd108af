package io.penstock.store;

import static org.apache.spark.sql.functions.col;

import io.penstock.lake.Columns;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Writes entries as Parquet by day: first into a hidden folder, then file by file into place, and
 * only then are the segments marked as compacted.
 */
final class Compaction {
  /**
   * Size of a Parquet file to aim at: large enough for few files, small enough for one task to
   * read.
   */
  private static final long FILE_BYTES = 256L << 20;

  private final StoreFiles files;

  Compaction(StoreFiles files) {
    this.files = files;
  }

  /**
   * @param segments where the entries come from; all closed
   */
  void run(Dataset<Row> entries, String runId, List<Path> segments) throws IOException {
    Path staging = new Path(files.completions(), "_staging-" + runId + "-" + UUID.randomUUID());
    int parts = (int) (1 + files.bytes(segments) / FILE_BYTES);
    entries
        .repartition(parts, col(StoreColumns.DAY), col(Columns.FINGERPRINT))
        .write()
        .partitionBy(StoreColumns.DAY)
        .parquet(staging.toString());
    moveIntoPlace(staging);
    files.markCompacted(runId, segments);
  }

  private void moveIntoPlace(Path staging) throws IOException {
    FileSystem fileSystem = files.fileSystem();
    for (FileStatus day : fileSystem.listStatus(staging, path -> !path.getName().startsWith("_"))) {
      Path target = new Path(files.completions(), day.getPath().getName());
      fileSystem.mkdirs(target);
      for (FileStatus part : fileSystem.listStatus(day.getPath())) {
        Path place = new Path(target, part.getPath().getName());
        if (!fileSystem.rename(part.getPath(), place)) {
          throw new IOException("Could not move " + part.getPath() + " to " + place);
        }
      }
    }
    fileSystem.delete(staging, true);
  }
}
