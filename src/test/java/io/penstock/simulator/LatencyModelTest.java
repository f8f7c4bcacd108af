package io.penstock.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LatencyModelTest {
  private static final int DRAWS = 20_000;

  @Test
  void fixedLatencyIsAlwaysTheSame() {
    LatencyModel latency = LatencyModel.parse("fixed:200ms");

    assertThat(latency.draw(new SplittableRandom(1))).isEqualTo(Duration.ofMillis(200));
    assertThat(latency.draw(new SplittableRandom(2))).isEqualTo(Duration.ofMillis(200));
  }

  @Test
  void lognormalLatencyHasItsMedianAndItsNinetyNinthPercentile() {
    LatencyModel latency = LatencyModel.parse("lognormal:1s:10s");
    SplittableRandom random = new SplittableRandom(1);

    long[] millis =
        Stream.generate(() -> latency.draw(random))
            .limit(DRAWS)
            .mapToLong(Duration::toMillis)
            .sorted()
            .toArray();

    assertThat(millis[DRAWS / 2]).isBetween(950L, 1_050L);
    assertThat(millis[DRAWS * 99 / 100]).isBetween(9_000L, 11_000L);
  }
}
