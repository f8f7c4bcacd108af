package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunRetentionTest {
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

  @TempDir Path runs;

  private Path run(String id, String summary, int daysAgo) throws IOException {
    Path folder = Files.createDirectories(runs.resolve(id));
    Path file = Files.writeString(folder.resolve("summary.json"), summary);
    Files.setLastModifiedTime(file, FileTime.from(NOW.minus(Duration.ofDays(daysAgo))));
    return folder;
  }

  private void apply() {
    new RunRetention(Duration.ofDays(90), new Configuration()).apply(runs.toString(), NOW);
  }

  @Test
  void oldCompleteRunsGo() throws IOException {
    Path done = run("r20260101T000000-aaaaaa", "{\"exit_code\": 0}", 91);
    Path manyFailed = run("r20260101T000001-aaaaaa", "{\"exit_code\": 3}", 91);

    apply();

    assertThat(done).doesNotExist();
    assertThat(manyFailed).doesNotExist();
  }

  @Test
  void youngAndUnfinishedOnesAndOtherFoldersStay() throws IOException {
    Path young = run("r20260301T000000-aaaaaa", "{\"exit_code\": 0}", 89);
    Path interrupted = run("r20260101T000000-aaaaaa", "{\"exit_code\": 130}", 91);
    Path other = run("my-notes", "{\"exit_code\": 0}", 91);
    Path dying = Files.createDirectories(runs.resolve("r20260101T000000-bbbbbb"));

    apply();

    assertThat(runs).isDirectoryContaining(young::equals).isDirectoryContaining(other::equals);
    assertThat(interrupted).exists();
    assertThat(dying).exists();
  }
}
