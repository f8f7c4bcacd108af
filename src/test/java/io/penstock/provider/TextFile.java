package io.penstock.provider;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The lines of a batch in memory. */
public record TextFile(String text) implements BatchFile {
  @Override
  public String name() {
    return "penstock-b-7.jsonl";
  }

  @Override
  public long bytes() {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  @Override
  public InputStream open() {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
