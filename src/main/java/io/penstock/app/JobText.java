package io.penstock.app;

import io.penstock.pipeline.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;

/**
 * A job file as it lies, on this machine or on any file system that Hadoop knows.
 *
 * @param folder that holds it: path or URL
 */
record JobText(String yaml, String folder) {
  /**
   * @throws InvalidInputException when it cannot be read
   */
  static JobText read(String file) {
    boolean isUrl = file.matches("[A-Za-z][A-Za-z0-9+.-]+:.*");
    try {
      return isUrl ? readUrl(file) : readHere(Path.of(file).toAbsolutePath());
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidInputException(
          "job file " + file + " cannot be read: " + e.getClass().getSimpleName());
    }
  }

  private static JobText readHere(Path path) throws IOException {
    return new JobText(Files.readString(path), path.getParent().normalize().toString());
  }

  private static JobText readUrl(String url) throws IOException {
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(url);
    FileSystem files =
        FileSystem.get(URI.create(url), SparkHadoopUtil.get().newConfiguration(new SparkConf()));
    try (InputStream in = files.open(path)) {
      return new JobText(
          new String(in.readAllBytes(), StandardCharsets.UTF_8), path.getParent().toString());
    }
  }
}
