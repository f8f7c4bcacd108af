package io.penstock.provider;

import java.io.IOException;
import java.io.InputStream;

/**
 * The lines of a batch, as often as asked for, in UTF-8 without a byte order mark; each ends with a
 * line feed.
 */
public interface BatchFile {
  /** As the provider shows it to people; ends in {@code .jsonl}. */
  String name();

  /** Its length; as many as {@link #open} gives. */
  long bytes();

  InputStream open() throws IOException;
}
