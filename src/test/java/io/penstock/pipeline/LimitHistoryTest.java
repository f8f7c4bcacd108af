package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.limit.AccountLimits;
import io.penstock.limit.AccountReport;
import io.penstock.limit.Governor;
import io.penstock.limit.Rate;
import io.penstock.limit.Rates;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LimitHistoryTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  @TempDir Path folder;

  private final Governor governor =
      new Governor(
          List.of(
              new AccountLimits(
                  "ours/gpt",
                  new Rates(Map.of(Rate.REQUESTS, 0.5)),
                  0,
                  1,
                  new AccountLimits.Window(10, 5, 50, true),
                  Duration.ofMinutes(1))),
          () -> 0,
          () -> Instant.ofEpochSecond(1));

  @Test
  void isWrittenAsItGoesSoThatAKilledDriverLeavesOne() throws Exception {
    LimitHistory history = new LimitHistory(governor, "misses-2", place(), 0);
    governor.renew("1", List.of(report(0)));

    history.look(5 * SECOND);

    assertThat(written("misses-2"))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    [{"at": "1970-01-01T00:00:01Z", "account": "ours/gpt", "limit": 10,
                      "why": "executors: 1", "in_flight": 0}]
                    """));
  }

  @Test
  void growthWaitsForAWhile() throws Exception {
    LimitHistory history = new LimitHistory(governor, "misses-2", place(), 0);
    governor.renew("1", List.of(report(0)));
    history.look(5 * SECOND);
    governor.renew("1", List.of(report(10)));

    history.look(10 * SECOND);
    assertThat(written("misses-2")).hasSize(1);
    history.look(35 * SECOND);

    assertThat(written("misses-2")).hasSize(2);
  }

  @Test
  void anExecutionWithoutAChangeHasAnEmptyHistory() throws Exception {
    new LimitHistory(governor, "misses-1", place(), 0).finish();

    assertThat(written("misses-1")).isEmpty();
  }

  @Test
  void aSmallLimitIsToldOnce() {
    List<String> said = new ArrayList<>();
    LongWaits waits = new LongWaits(governor, said::add);
    waits.look();
    assertThat(said).isEmpty();
    governor.renew("1", List.of(report(0)));

    waits.look();
    waits.look();

    assertThat(said)
        .containsExactly(
            "limits: ours/gpt may have 0.5 requests a minute, so from one call to the next it is"
                + " about 2 min");
  }

  /** Of an executor with ten calls under way and more that wait. */
  private static AccountReport report(int succeeded) {
    return new AccountReport(
        "ours/gpt",
        0,
        new AccountReport.Load(succeeded == 0 ? 0 : 10, succeeded == 0 ? 0 : 10, true),
        new AccountReport.Tally(succeeded, 0, 0, 0, 0),
        0,
        0,
        Rates.NONE,
        Map.of());
  }

  private JsonNode written(String execution) throws Exception {
    return new ObjectMapper()
        .readTree(folder.resolve("limits").resolve(execution + ".json").toFile());
  }

  private RuntimeSettings.RunPlace place() {
    return new RuntimeSettings.RunPlace(
        "r1",
        "job",
        folder.resolve("store").toUri().toString(),
        false,
        folder.toUri().toString(),
        "/any/misses",
        "v1",
        new SerializableConfiguration(new Configuration(false)));
  }
}
