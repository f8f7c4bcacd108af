package io.penstock.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;

/** A small file that a job names: a key, certificates. */
public final class TextFile {
  private TextFile() {}

  /**
   * @param path on this machine, or a URL of any Hadoop file system
   * @param hadoop asked for only with a URL
   * @param prefix of the message
   * @throws InvalidInputException when it cannot be read, or is no UTF-8; does not quote it
   */
  public static String read(String path, Supplier<Configuration> hadoop, String prefix) {
    try {
      return path.matches("[A-Za-z][A-Za-z0-9+.-]+:.*")
          ? readUrl(path, hadoop.get())
          : Files.readString(Path.of(path));
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidInputException(prefix + "file " + path + " cannot be read", e);
    }
  }

  private static String readUrl(String url, Configuration hadoop) throws IOException {
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(url);
    try (InputStream in = path.getFileSystem(hadoop).open(path)) {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(in.readAllBytes()))
          .toString();
    }
  }
}
