package io.penstock.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.report.TimelineSteps.Step;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TimelineStepsTest {
  private static List<Step> steps(String json) throws IOException {
    return TimelineSteps.of(new ObjectMapper().readTree(json));
  }

  @Test
  void ratesAreOfWhatCameSinceThePointBefore() throws IOException {
    String first =
        "{\"seconds\": 0.0, \"answered\": 0, \"failed\": 0, \"in_flight\": 3, \"limit\": 10}";
    String second =
        "{\"seconds\": 2.0, \"answered\": 10, \"failed\": 2, \"input_tokens\": 300, \"output_tokens\": 100,"
            + " \"rate_limited\": 4, \"in_flight\": 7, \"limit\": 12, \"spent_usd\": 0.5}";
    String third =
        "{\"seconds\": 6.0, \"answered\": 30, \"failed\": 2, \"input_tokens\": 700, \"output_tokens\": 300,"
            + " \"rate_limited\": 4, \"in_flight\": 5, \"limit\": 9, \"spent_usd\": 0.75}";

    assertThat(steps("{\"points\": [" + third + "," + first + "," + second + "]}"))
        .containsExactly(
            new Step(
                2,
                6,
                12_000,
                7L,
                12L,
                4,
                new BigDecimal("0.5")), // 12 requests and 400 tokens in 2 s
            new Step(
                6,
                5,
                9_000,
                5L,
                9L,
                0,
                new BigDecimal("0.75"))); // 20 requests and 600 tokens in 4 s
  }

  @Test
  void whatIsMissingIsNothingOrUnknown() throws IOException {
    assertThat(steps("{\"points\": [{\"seconds\": 4, \"answered\": 8}, {\"answered\": 9}, 7]}"))
        .containsExactly(new Step(4, 2, 0, null, null, 0, BigDecimal.ZERO));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{}", "[]", "null", "{\"points\": 5}", "{\"points\": [{\"seconds\": 0}]}"})
  void aFileWithoutACourseHasNoSteps(String json) throws IOException {
    assertThat(steps(json)).isEmpty();
  }

  @Test
  void aWaitAfterTheCallsIsAStepOfItsOwn() throws IOException {
    String points =
        "{\"seconds\": 240, \"answered\": 100}, {\"seconds\": 302, \"answered\": 162, \"rate_limited\": 3},"
            + " {\"seconds\": 28800, \"answered\": 162, \"rate_limited\": 3}";

    assertThat(steps("{\"points\": [" + points + "]}"))
        .extracting(Step::seconds, Step::requestsPerSecond, Step::rateLimited)
        .containsExactly(tuple(240.0, 0.417, 0L), tuple(302.0, 1.0, 3L), tuple(28_800.0, 0.0, 0L));
  }

  @Test
  void anExecutionThatCalledNothingHasNoSteps() throws IOException {
    assertThat(steps("{\"points\": [{\"seconds\": 1, \"attempts\": 0}, {\"seconds\": 9}]}"))
        .isEmpty();
  }

  @Test
  void manyPointsBecomeFewStepsAndNothingIsLost() throws IOException {
    String points =
        IntStream.rangeClosed(0, 600)
            .mapToObj(
                i ->
                    "{\"seconds\": %s, \"answered\": %d, \"rate_limited\": %d, \"in_flight\": %d}"
                        .formatted(i / 2.0, 3 * i, i / 100, i == 303 ? 99 : 1))
            .collect(Collectors.joining(","));

    List<Step> steps = steps("{\"points\": [" + points + "]}");

    assertThat(steps).hasSizeBetween(60, TimelineSteps.MOST);
    assertThat(steps).allSatisfy(step -> assertThat(step.requestsPerSecond()).isEqualTo(6));
    assertThat(steps.stream().mapToLong(Step::rateLimited).sum()).isEqualTo(6);
    assertThat(steps.stream().mapToLong(Step::inFlight).max()).hasValue(99);
    assertThat(steps.get(steps.size() - 1).seconds()).isEqualTo(300);
  }

  @Test
  void countsThatALostExecutorTookAlongAreNoNegativeRates() throws IOException {
    assertThat(
            steps(
                "{\"points\": [{\"seconds\": 1, \"answered\": 50}, {\"seconds\": 2, \"answered\": 20}]}"))
        .extracting(Step::requestsPerSecond)
        .containsExactly(50.0, 0.0);
  }
}
