package io.penstock.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cluster.Counts.Bought;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunProgressTest {
  private final Scene scene = new Scene();
  private final RunProgress progress = scene.progress;

  @Test
  void countsWhatHasComeSinceItBegan() {
    scene.count(100, 3);
    progress.begin("nightly r1");
    scene.count(140, 4);

    RunState state = progress.state();

    assertThat(state.name()).isEqualTo("nightly r1");
    assertThat(state.counts().answered()).isEqualTo(40);
    assertThat(state.counts().failed()).isEqualTo(1);
    assertThat(state.counts().attempts().sent()).isEqualTo(41);
    assertThat(state.money().spent()).isEqualByComparingTo("0.40");
  }

  @Test
  void thePaceIsThatOfTheLastHalfMinute() {
    progress.calls(1_000);
    for (int second = 1; second <= 60; second++) {
      scene.pass(1);
      scene.count(second <= 30 ? second * 10L : 300 + (second - 30), 0);
      progress.state();
    }

    RunState state = progress.state();

    assertThat(state.pace().requestsPerSecond()).isEqualTo(1);
    assertThat(state.pace().tokensPerMinute()).isEqualTo(600);
    assertThat(state.left()).isEqualTo(Duration.ofSeconds(670));
  }

  @Test
  void aPaceThatIsNoneTellsNoEnd() {
    progress.calls(10);
    scene.pass(5);

    assertThat(progress.state().left()).isNull();
  }

  @Test
  void whereNobodyTellsNothingIsMadeUp() {
    RunProgress silent = new RunProgress("nightly", RunProgress.Sources.SILENT, scene::nanos);
    silent.calls(1_000);

    assertThat(silent.isTold()).isFalse();
    assertThat(silent.state().calls()).isZero();
    assertThat(progress.isTold()).isTrue();
  }

  @Test
  void addsUpRoundsAndBatches() {
    progress.money(new BigDecimal("5"), new BigDecimal("9"));
    progress.calls(10);
    progress.calls(5);
    scene.count(15, 0);
    progress.harvested(new Bought(1, 1, 500_000_000_000L, 250_000_000_000L));
    progress.batches(List.of("batch a", "batch b"));

    RunState state = progress.state();

    assertThat(state.calls()).isEqualTo(15);
    assertThat(state.money().spent()).isEqualByComparingTo("0.90");
    assertThat(state.batches()).hasSize(2);

    progress.begin("nightly r2");
    assertThat(progress.state().calls()).isZero();
    assertThat(progress.state().money().spent()).isZero();
    assertThat(progress.state().batches()).isEmpty();
  }
}
