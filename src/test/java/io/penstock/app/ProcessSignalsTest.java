package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Without real signals, which would end the tests. */
final class ProcessSignalsTest {
  private final BlockingQueue<String> stops = new LinkedBlockingQueue<>();
  private final List<String> said = new ArrayList<>();

  @Test
  void aSignalDuringARunEndsItAndTheNextIsForOthers() throws InterruptedException {
    try (ProcessSignals signals = ProcessSignals.onStopOfGuest(stops::add, said::add)) {
      assertThat(ProcessSignals.tell("INT")).isTrue();
      assertThat(stops.poll(10, TimeUnit.SECONDS)).isEqualTo("SIGINT");

      assertThat(ProcessSignals.tell("INT")).isFalse();
    }
    assertThat(said).hasSize(1);
  }

  @Test
  void afterTheRunSignalsAreForOthers() {
    ProcessSignals.onStopOfGuest(stops::add, said::add).close();

    assertThat(ProcessSignals.tell("TERM")).isFalse();
    assertThat(said).isEmpty();
  }
}
