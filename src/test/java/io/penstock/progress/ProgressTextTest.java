package io.penstock.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cluster.Counts.Bought;
import io.penstock.limit.AccountLoad;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProgressTextTest {
  private final Scene scene = new Scene();

  private RunState calling() {
    RunProgress progress = scene.progress;
    progress.begin("nightly r1");
    progress.stage("realtime 12,000 requests to gpt-4o-mini");
    progress.money(new BigDecimal("120"), new BigDecimal("200"));
    progress.calls(12_000);
    progress.state();
    scene.accounts =
        List.of(
            new AccountLoad("openai/gpt-4o-mini", 40, 42, false),
            new AccountLoad("openai/gpt-4o", 0, 10, true));
    scene.pass(20);
    scene.count(2_980, 20);
    return progress.state();
  }

  @Test
  void aBlockHasEverythingThatPeopleLookFor() {
    assertThat(ProgressText.block(calling()))
        .containsExactly(
            "run       nightly r1, 20 s: realtime 12,000 requests to gpt-4o-mini",
            "calls     [######..................] 3,000 of 12,000 requests done (25 %), 20 failed, 150.0/s, about 1 min 0 s left",
            "tokens    89,400 tokens/min (20,860 input, 8,940 output so far)",
            "in flight 40 of 42, openai/gpt-4o-mini",
            "in flight 0 of 10, openai/gpt-4o, paused: it refuses everything",
            "retries   20 attempts failed, 20 with 429, the last with RATE_LIMITED",
            "spent     29.8 USD now, about 120 expected; budget of the run 200");
  }

  @Test
  void aLineHasItInShort() {
    assertThat(ProgressText.line(calling()))
        .isEqualTo(
            "progress: realtime 12,000 requests to gpt-4o-mini: 3,000 of 12,000 requests done (25 %), 20 failed, 150.0/s,"
                + " about 1 min 0 s left; 89,400 tokens/min (20,860 input, 8,940 output so far); 40 of 52 in flight;"
                + " 20 attempts failed, 20 with 429, the last with RATE_LIMITED; spent 29.8 USD now, about 120 expected; budget of the run 200");
  }

  @Test
  void whatIsNotKnownIsNotShown() {
    scene.progress.stage("reading rows and making their prompts");

    assertThat(ProgressText.block(scene.progress.state()))
        .containsExactly(
            "run       nightly, 0 s: reading rows and making their prompts", "spent     0 USD now");
  }

  @Test
  void batchesAreShownWithTheirState() {
    scene.progress.batches(
        IntStream.range(0, 10).mapToObj(number -> "batch " + number + ": in progress").toList());

    List<String> block = ProgressText.block(scene.progress.state());

    assertThat(block).contains("batch     batch 0: in progress", "batch     batch 7: in progress");
    assertThat(block).last().isEqualTo("          and 2 batches more");
    assertThat(ProgressText.line(scene.progress.state())).endsWith("; open batches: 10");
  }

  @Test
  void smallAmountsKeepTwoDigits() {
    scene.progress.harvested(new Bought(0, 0, 1_234_560, 0));

    assertThat(ProgressText.block(scene.progress.state())).contains("spent     0.0000012 USD now");
  }
}
