package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.limit.LimitChange;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LimitHistoryTest {
  @TempDir Path folder;

  @Test
  void writesTheChangesOfOneExecution() throws Exception {
    LimitChange cut =
        new LimitChange(Instant.ofEpochSecond(1), "ours/gpt", 17, "cut: too many", 20);

    LimitHistory.write(List.of(cut), "/any/misses-2", place());

    assertThat(written("misses-2"))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    [{"at": "1970-01-01T00:00:01Z", "account": "ours/gpt", "limit": 17,
                      "why": "cut: too many", "in_flight": 20}]
                    """));
  }

  @Test
  void anExecutionWithoutAChangeHasAnEmptyHistory() throws Exception {
    LimitHistory.write(List.of(), "/any/misses-1", place());

    assertThat(written("misses-1")).isEmpty();
  }

  private JsonNode written(String execution) throws Exception {
    return new ObjectMapper()
        .readTree(folder.resolve("limits").resolve(execution + ".json").toFile());
  }

  private RuntimeSettings.RunPlace place() {
    return new RuntimeSettings.RunPlace(
        "r1",
        folder.resolve("store").toUri().toString(),
        false,
        folder.toUri().toString(),
        "/any/misses",
        "v1",
        new SerializableConfiguration(new Configuration(false)));
  }
}
