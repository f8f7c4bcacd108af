package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.batch.BatchIntent;
import io.penstock.batch.BatchIntent.Owner;
import io.penstock.batch.BatchIntent.Size;
import io.penstock.batch.BatchIntent.Target;
import io.penstock.batch.BatchLedger;
import io.penstock.report.BatchTimes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ledger's files are written here as an execution leaves them. */
class BatchHistoryTest {
  private static final long CREATED = 1_764_000_000_000L;

  @TempDir Path store;
  private BatchLedger ledger;

  @BeforeEach
  void open() {
    ledger = new BatchLedger(store.toString(), new Configuration());
  }

  /** Cut, and no more. */
  private Path cut(String key, String runId) throws IOException {
    Path requests = Files.writeString(store.resolve("requests-" + key), "f,1,2,0.5\n");
    BatchIntent intent =
        new BatchIntent(
            new Owner("triage", runId, 2),
            new Target("openai", "gpt", "openai/gpt"),
            "lines",
            new Size(40, 4_000),
            900,
            null);
    ledger.intend(key, intent, new org.apache.hadoop.fs.Path(requests.toString()));
    return store.resolve("pending").resolve(key);
  }

  private Path created(String key) throws IOException {
    Path folder = cut(key, "r1");
    Path state = folder.resolve("batch.json");
    String sent =
        Files.readString(state)
            .replace("\"creating_millis\":null", "\"creating_millis\":" + CREATED)
            .replace("\"batch_id\":null", "\"batch_id\":\"batch_7\"");
    Files.writeString(state, sent);
    Files.deleteIfExists(folder.resolve(".batch.json.crc"));
    return folder;
  }

  @Test
  void aBatchIsOpenUntilItsAnswersAreInTheStore() throws IOException {
    cut("a", "r1");
    created("b");
    cut("c", "of another run");

    assertThat(BatchHistory.of(ledger, "r1"))
        .containsExactly(
            new BatchTimes("a", null, "openai/gpt", 2, "not sent", 40, null, null, 0, 0, 0),
            new BatchTimes(
                "b",
                "batch_7",
                "openai/gpt",
                2,
                "open",
                40,
                "2025-11-24T16:00:00Z",
                null,
                0,
                0,
                0));
  }

  /** What a provider says may quote a prompt. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "COMPLETED                            | completed",
        "EXPIRED: the window of 24 h is over  | expired",
        "queue full                           | queue full",
        "FAILED: invalid: a prompt            | failed",
        "a prompt that was refused            | refused"
      })
  void oneThatHasEndedSaysHowButNotInTheProvidersWords(String why, String state)
      throws IOException {
    Path folder = created("b");
    String end =
        "{\"why\": \"%s\", \"answered\": 30, \"failed\": 4, \"remaining\": 6, \"unusable\": false}";
    Files.writeString(folder.resolve("done.json"), end.formatted(why));

    List<BatchTimes> history = BatchHistory.of(ledger, "r1");

    assertThat(history).hasSize(1);
    BatchTimes batch = history.get(0);
    assertThat(batch.state()).isEqualTo(state);
    assertThat(batch.endedAt()).isNotNull();
    assertThat(List.of(batch.answered(), batch.failed(), batch.remaining()))
        .containsExactly(30L, 4L, 6L);
    assertThat(BatchTimes.toJson(history)).doesNotContain("prompt", "window");
  }
}
