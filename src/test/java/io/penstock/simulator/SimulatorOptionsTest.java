package io.penstock.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.simulator.batch.BatchFault;
import io.penstock.simulator.batch.BatchOptions;
import io.penstock.simulator.batch.BatchOptions.Delays;
import io.penstock.simulator.batch.BatchOptions.Faults;
import io.penstock.simulator.batch.BatchOptions.Limits;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulatorOptionsTest {
  @Test
  void absentOptionsHaveDefaults() {
    assertThat(SimulatorOptions.parse(Map.of())).isEqualTo(SimulatorOptions.defaults());
  }

  @Test
  void readsEveryOption() {
    SimulatorOptions options =
        SimulatorOptions.parse(
            Map.of(
                "api_key", "secret",
                "latency", "lognormal:1.5s:10s",
                "faults", "500=0.02,reset=0.01",
                "accuracy", "gpt-4o=0.9,gpt-4o-mini=1",
                "seed", "-3",
                "max_in_flight", "64",
                "requests_per_minute", "500",
                "tokens-per-minute", "200000",
                "burst-seconds", "1.5"));

    assertThat(options.apiKey()).isEqualTo("secret");
    assertThat(options.latency())
        .isEqualTo(new LatencyModel(Duration.ofMillis(1500), Duration.ofSeconds(10)));
    assertThat(options.faults()).isEqualTo(Map.of(Fault.INTERNAL_ERROR, 0.02, Fault.RESET, 0.01));
    assertThat(options.accuracy()).isEqualTo(Map.of("gpt-4o", 0.9, "gpt-4o-mini", 1.0));
    assertThat(options.seed()).isEqualTo(-3);
    assertThat(options.limits())
        .isEqualTo(new SimulatorLimits(64L, 500L, 200_000L, Duration.ofMillis(1500)));
    assertThat(options.toString()).doesNotContain("secret");
  }

  @Test
  void allErrorsComeInOneMessage() {
    Map<String, String> options =
        Map.of("batch_seconds", "soon", "colour", "blue", "seed", "x", "latency", "200");

    assertThatThrownBy(() -> SimulatorOptions.parse(options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "simulator option colour is unknown, allowed are accuracy, api-key, batch-enqueued-tokens,"
                + " batch-faults, batch-faulty, batch-hidden-seconds, batch-max-bytes,"
                + " batch-max-requests, batch-seconds, batch-slow-create, batch-slow-upload,"
                + " batch-window-seconds, burst-seconds, faults, latency, max-in-flight,"
                + " requests-per-minute, seed, tokens-per-minute; simulator option"
                + " latency is '200', must be like fixed:200ms or lognormal:1s:10s (median, p99);"
                + " simulator option seed is 'x', must be a whole number; simulator option"
                + " batch-seconds is 'soon', must be a number of seconds from 0 to 86400");
  }

  @Test
  void everyFaultHasItsWord() {
    assertThat(SimulatorOptions.parse(Map.of("faults", "429=0.5,quota=0.5")).faults())
        .isEqualTo(Map.of(Fault.RATE_LIMITED, 0.5, Fault.QUOTA, 0.5));
  }

  @Test
  void readsTheOptionsOfBatches() {
    BatchOptions batches =
        SimulatorOptions.parse(
                Map.of(
                    "batch_seconds", "0.5",
                    "batch-window-seconds", "60",
                    "batch-faults", "expired=0.4,line_500=1",
                    "batch-faulty", "2",
                    "batch-hidden-seconds", "3",
                    "batch-enqueued-tokens", "1000",
                    "batch-max-requests", "10",
                    "batch-max-bytes", "4096",
                    "batch-slow-create", "4",
                    "batch-slow-upload", "5"))
            .batches();

    assertThat(batches)
        .isEqualTo(
            new BatchOptions(
                Duration.ofMillis(500),
                Duration.ofMinutes(1),
                new Faults(Map.of(BatchFault.EXPIRED, 0.4, BatchFault.LINE_500, 1.0), 2L),
                new Limits(10L, 4096L, 1000L),
                new Delays(Duration.ofSeconds(3), Duration.ofSeconds(4), Duration.ofSeconds(5))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "faults   | 418=0.1          | names '418', allowed are 500, 503, 529, reset, malformed",
        "faults   | 500=0.6,503=0.6  | add up to 1.2, at most 1 allowed",
        "faults   | 500              | has '500', must be like name=0.02",
        "faults   | 500=1.5          | has 1.5, must be from 0 to 1",
        "faults   | 500=-1           | has '-1', must be a number from 0 to 1",
        "accuracy | gpt=0.5,gpt=0.6  | names gpt twice",
        "latency  | lognormal:10s:1s | needs 0 < median <= p99",
        "latency  | fixed:1m         | must be like fixed:200ms",
        "api-key  | ''               | is empty",
        "max-in-flight       | 0     | is '0', must be a whole number from 1 to 1000000000",
        "requests-per-minute | 1.5   | must be a whole number from 1 to 1000000000",
        "tokens-per-minute   | 1e9   | must be a whole number from 1 to 1000000000",
        "burst-seconds       | 0     | is '0', must be a number of seconds from 0.001 to 3600",
        "batch-seconds       | -1    | is '-1', must be a number of seconds from 0 to 86400",
        "batch-window-seconds | 0    | is '0', must be more than 0 seconds",
        "batch-faults | lost=1       | names 'lost', allowed are expired, cancelled_by_provider",
        "batch-faults | line_429=0.6,line_500=0.6 | add up to 1.2, at most 1 allowed",
        "batch-faults | expired=0.4,cancelled_by_provider=0.4 | a batch ends in one way",
        "batch-max-bytes     | 0     | is '0', must be a whole number from 1 to 1000000000",
        "burst-seconds       | 3601  | must be a number of seconds from 0.001 to 3600",
      })
  void wrongValueIsRefusedByName(String key, String value, String complaint) {
    assertThatThrownBy(() -> SimulatorOptions.parse(Map.of(key, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("simulator option " + key + " ")
        .hasMessageContaining(complaint);
  }
}
