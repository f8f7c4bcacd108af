package io.penstock.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.report.LimitSteps.Step;
import io.penstock.report.LimitSteps.Steps;
import java.io.IOException;
import java.time.Instant;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class LimitStepsTest {
  private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");

  private static Steps steps(int changes, IntPredicate isCut) throws IOException {
    String all =
        IntStream.range(0, changes)
            .mapToObj(
                i ->
                    "{\"at\": \"%s\", \"account\": \"a/m\", \"limit\": %d, \"why\": \"%s\", \"in_flight\": 2}"
                        .formatted(START.plusMillis(500L * i), i, isCut.test(i) ? "429" : "growth"))
            .collect(Collectors.joining(",", "[", "]"));
    return LimitSteps.of(new ObjectMapper().readTree(all));
  }

  @Test
  void timesAreSecondsSinceTheFirstChange() throws IOException {
    Steps steps = steps(3, i -> i == 1);

    assertThat(steps.dropped()).isZero();
    assertThat(steps.steps())
        .containsExactly(
            new Step(0, "2026-11-22T10:00:00Z", "a/m", 0, "growth", 2),
            new Step(0.5, "2026-11-22T10:00:00.500Z", "a/m", 1, "429", 2),
            new Step(1, "2026-11-22T10:00:01Z", "a/m", 2, "growth", 2));
  }

  @Test
  void ofManyChangesAllCutsStay() throws IOException {
    Steps steps = steps(5_000, i -> i % 50 == 0);

    assertThat(steps.steps()).hasSize(LimitSteps.MOST);
    assertThat(steps.dropped()).isEqualTo(5_000 - LimitSteps.MOST);
    assertThat(steps.steps()).filteredOn(step -> step.why().equals("429")).hasSize(100);
    assertThat(steps.steps().get(LimitSteps.MOST - 1).limit()).isEqualTo(4_999);
  }

  @Test
  void thereAreNeverMoreStepsThanThereIsRoomFor() throws IOException {
    assertThat(steps(5_000, i -> true).steps()).hasSize(LimitSteps.MOST);
  }

  @Test
  void whatIsNoChangeIsPassedOver() throws IOException {
    assertThat(LimitSteps.of(new ObjectMapper().readTree("[{\"at\": \"soon\"}, 5]")).steps())
        .isEmpty();
    assertThat(LimitSteps.of(new ObjectMapper().nullNode()).steps()).isEmpty();
  }
}
