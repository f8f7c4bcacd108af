package io.penstock.progress;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.limit.AccountLoad;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimelineTest {
  private final Scene scene = new Scene();
  private final Timeline timeline = new Timeline(Instant.parse("2026-01-01T00:00:00Z"));

  private void call(int seconds) {
    scene.accounts = List.of(new AccountLoad("a", 5, 8, false));
    for (int second = 0; second < seconds; second++) {
      scene.pass(1);
      scene.count(scene.counts.answered() + 1, 0);
      timeline.add(scene.progress.state());
    }
  }

  @Test
  void aDayOfCallsHasNoMorePointsThanAChartShows() {
    call(24 * 3_600);
    timeline.end(scene.progress.state());

    List<Timeline.Point> points = timeline.points();
    assertThat(points).hasSizeBetween(Timeline.MOST_POINTS / 3, Timeline.MOST_POINTS + 1);
    assertThat(points.get(0).seconds()).isEqualTo(1);
    assertThat(points.get(points.size() - 1).answered()).isEqualTo(24 * 3_600);
    for (int i = 1; i < points.size(); i++) {
      assertThat(points.get(i).seconds()).isGreaterThanOrEqualTo(points.get(i - 1).seconds());
    }
  }

  @Test
  void hoursInWhichNothingChangesAreTwoPoints() {
    call(3);
    for (int minute = 0; minute < 600; minute++) {
      scene.pass(60);
      timeline.add(scene.progress.state());
    }

    assertThat(timeline.points())
        .extracting(Timeline.Point::seconds)
        .containsExactly(1.0, 2.0, 3.0, 36_003.0);
  }

  @Test
  void betweenCallsTheLimitIsTheLastOne() {
    call(1);
    scene.accounts = List.of();
    timeline.end(scene.progress.state());

    assertThat(timeline.points()).extracting(Timeline.Point::limit).containsExactly(8, 8);
    assertThat(timeline.points()).extracting(Timeline.Point::inFlight).containsExactly(5, 0);
  }

  @Test
  void isWrittenWithExactAmounts() throws Exception {
    call(1);

    JsonNode series = new ObjectMapper().readTree(timeline.toJson());

    assertThat(series.path("started").asText()).isEqualTo("2026-01-01T00:00:00Z");
    assertThat(timeline.toJson()).contains("\"spent_usd\":0.010000000000");
    assertThat(series.at("/points/0").fieldNames())
        .toIterable()
        .containsExactly(
            "seconds",
            "answered",
            "failed",
            "attempts",
            "failed_attempts",
            "rate_limited",
            "input_tokens",
            "output_tokens",
            "spent_usd",
            "in_flight",
            "limit");
  }
}
