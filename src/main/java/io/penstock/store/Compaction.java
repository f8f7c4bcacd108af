package io.penstock.store;

import static org.apache.spark.sql.functions.col;

import io.penstock.lake.Columns;
import java.io.IOException;
import java.util.UUID;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Writes entries as Parquet by day: first into a hidden folder, then file by file into place. The
 * caller marks what they came from only then, so a kill at any point leaves entries twice at most.
 */
final class Compaction {
  static final String STAGING = "_staging-";

  /**
   * Size of a Parquet file to aim at: large enough for few files, small enough for one task to
   * read.
   */
  static final long FILE_BYTES = 256L << 20;

  private final StoreFiles files;

  Compaction(StoreFiles files) {
    this.files = files;
  }

  /**
   * @param bytes that the entries take where they are
   */
  void write(Dataset<Row> entries, long bytes) throws IOException {
    Path staging = new Path(files.completions(), STAGING + UUID.randomUUID());
    int parts = (int) (1 + bytes / FILE_BYTES);
    entries
        .repartition(parts, col(StoreColumns.DAY), col(Columns.FINGERPRINT))
        .write()
        .partitionBy(StoreColumns.DAY)
        .parquet(staging.toString());
    moveIntoPlace(staging);
  }

  private void moveIntoPlace(Path staging) throws IOException {
    FileSystem fileSystem = files.fileSystem();
    for (FileStatus day : StoreFiles.visible(files.list(staging))) {
      Path target = new Path(files.completions(), day.getPath().getName());
      fileSystem.mkdirs(target);
      for (FileStatus part : StoreFiles.visible(files.list(day.getPath()))) {
        Path place = new Path(target, part.getPath().getName());
        if (!fileSystem.rename(part.getPath(), place)) {
          throw new IOException("Could not move " + part.getPath() + " to " + place);
        }
      }
    }
    fileSystem.delete(staging, true);
  }
}
