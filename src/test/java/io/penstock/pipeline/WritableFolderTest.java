package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WritableFolderTest {
  @TempDir Path folder;

  @Test
  void isMadeAndLeftEmpty() throws IOException {
    WritableFolder.prove(folder.resolve("a/b").toString(), new Configuration());

    assertThat(folder.resolve("a/b")).isDirectory();
    try (var files = Files.list(folder.resolve("a/b"))) {
      assertThat(files.filter(file -> !file.toString().endsWith(".crc"))).isEmpty();
    }
  }

  @Test
  void isNoFolderBelowAFile() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));

    assertThatThrownBy(
            () -> WritableFolder.prove(file.resolve("x").toString(), new Configuration()))
        .isInstanceOf(IOException.class);
  }
}
