package io.penstock.slow;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.slow.RoundLine.Kill;
import io.penstock.slow.RoundLine.Money;
import io.penstock.slow.RoundLine.Paid;
import io.penstock.slow.RoundLine.Target;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoundLogTest {
  private static final RoundLine GOOD =
      new RoundLine(
          1,
          new Kill(Target.DRIVER, 7, 10.5, true),
          List.of(137, 0),
          new Paid(1990, 2040, 31, 64, 9, 64),
          new Money(new BigDecimal("0.00468735"), new BigDecimal("0.0075")),
          51.9,
          List.of());
  private static final RoundLine BROKEN_OFF =
      new RoundLine(
          2,
          new Kill(Target.EXECUTOR, 7, 3, false),
          List.of(1),
          null,
          null,
          40,
          List.of("the job ended with [1]"));

  @TempDir Path folder;

  @Test
  void linesOutliveTheHarness() throws IOException {
    RoundLog log = RoundLog.open(folder);
    log.append(GOOD);
    log.append(BROKEN_OFF);

    RoundLog resumed = RoundLog.open(folder);

    assertThat(resumed.lines()).containsExactly(GOOD, BROKEN_OFF);
    assertThat(resumed.has(2)).isTrue();
    assertThat(resumed.has(3)).isFalse();
    assertThat(Files.readAllLines(folder.resolve("rounds.jsonl")))
        .satisfiesExactly(
            good -> assertThat(good).contains("\"in_doubt\":64", "\"ok\":true"),
            broken -> assertThat(broken).contains("\"ok\":false"));
  }

  @Test
  void tableTellsWhatWasKilledAndWhatIsWrong() throws IOException {
    RoundLog log = RoundLog.open(folder);
    log.append(GOOD);
    log.append(BROKEN_OFF);

    assertThat(log.toText().lines())
        .satisfiesExactly(
            head -> assertThat(head).startsWith("round target"),
            good -> assertThat(good).contains("driver", "[137,0]", "64+9", "0.00468735"),
            broken -> assertThat(broken).contains("executor", "the job ended with [1]"),
            sums -> assertThat(sums).isEqualTo("1 of 2 rounds are good"));
  }
}
