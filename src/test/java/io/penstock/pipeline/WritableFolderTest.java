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
  void leavesNothingBehind() throws IOException {
    WritableFolder.prove(folder.toString(), new Configuration());

    try (var files = Files.list(folder)) {
      assertThat(files.filter(file -> !file.toString().endsWith(".crc"))).isEmpty();
    }
  }

  @Test
  void aMissingFolderIsJudgedByTheNearestOneAndNotMade() throws IOException {
    WritableFolder.prove(folder.resolve("a/b").toString(), new Configuration());

    assertThat(folder.resolve("a")).doesNotExist();
  }

  @Test
  void isNoFolderBelowAFile() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));

    assertThatThrownBy(
            () -> WritableFolder.prove(file.resolve("x").toString(), new Configuration()))
        .isInstanceOf(IOException.class);
  }
}
