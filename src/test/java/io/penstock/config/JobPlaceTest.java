package io.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.yaml.Problems;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobPlaceTest {
  @Test
  void aRelativePathBelongsToTheJobFilesFolder() {
    assertThat(JobPlace.here(Path.of("/jobs/a")).resolve("../lake")).isEqualTo("/jobs/lake");
    assertThat(new JobPlace("hdfs://nn/jobs", false).resolve("lake"))
        .isEqualTo("hdfs://nn/jobs/lake");
  }

  @Test
  void anAbsolutePathStays() {
    JobPlace place = new JobPlace("hdfs://nn/jobs", false);

    assertThat(place.resolve("/lake")).isEqualTo("/lake");
    assertThat(place.resolve("s3a://bucket/lake")).isEqualTo("s3a://bucket/lake");
  }

  @Test
  void onAClusterEachRelativePathIsRefused() {
    Problems problems = new Problems("job.yaml");

    Jobs.reader("{openai: {dialect: openai, base_url: \"https://x/v1\"}}")
        .read(Jobs.SMALLEST, new JobPlace("/jobs", true), List.of("store.path=/lake/c"), problems);

    assertThat(problems.paths())
        .containsExactlyInAnyOrder("input.path", "output.path", "runs.path");
  }
}
