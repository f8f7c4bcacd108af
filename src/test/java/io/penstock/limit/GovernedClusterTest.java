package io.penstock.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.limit.AccountLimits.Window;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole control loop against a provider, on a clock that is turned by hand. */
final class GovernedClusterTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration PHASE = Duration.ofSeconds(180);

  private final FakeScheduler time = new FakeScheduler();
  private final RateServer server = new RateServer(time, SECOND);
  private final List<SimulatedExecutor> executors = new ArrayList<>();
  private Governor governor;

  @Test
  void followsALimitThatNobodyTells() {
    begin(Rates.NONE, new Window(10, 5, 100, true), 1);
    for (int limit : new int[] {40, 12, 60}) {
      server.maxInFlight = limit;
      double before = server.inFlightSeconds;

      time.advance(PHASE);
      server.advance();

      double used = (server.inFlightSeconds - before) / limit / PHASE.toSeconds();
      assertThat(used).as("share used of " + limit).isBetween(0.8, 1.05);
    }
    assertThat(server.refused).isLessThan((server.answered + server.refused) * 3 / 100);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void usesARateThatTheJobTells(int count) {
    begin(new Rates(Map.of(Rate.REQUESTS, 2_000.0)), new Window(64, 5, 64, true), count);
    server.limitRate(2_000 / 60.0, 2_000 / 60.0);

    time.advance(Duration.ofMinutes(5));

    assertThat(server.answered).isGreaterThan(9_700);
    assertThat(server.refused).isLessThan(100);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 3", "3, 2", "0.2, 1", "0.2, 3"})
  void callsThatWaitLongForOneAnotherKeepTheirPace(double perMinute, int count) {
    begin(new Rates(Map.of(Rate.REQUESTS, perMinute)), new Window(64, 5, 64, true), count);
    server.limitRate(perMinute / 60, 1);

    time.advance(Duration.ofHours(4));

    assertThat(server.answered).isBetween((int) (234 * perMinute), (int) (240 * perMinute));
    assertThat(server.refused).isZero();
  }

  @Test
  void usesTheRateWhileExecutorsComeAndGo() {
    begin(new Rates(Map.of(Rate.REQUESTS, 2_000.0)), new Window(64, 5, 64, true), 2);
    server.limitRate(2_000 / 60.0, 2_000 / 60.0);
    for (int minute = 0; minute < 5; minute++) {
      time.advance(Duration.ofSeconds(30));
      executors.get(minute).kill();
      governor.exited("e" + minute);
      time.advance(Duration.ofSeconds(5));
      executors.add(executor(executors.size()));
      time.advance(Duration.ofSeconds(25));
    }

    assertThat(server.answered).isGreaterThan(9_700);
    assertThat(server.refused).isLessThan(100);
  }

  @ParameterizedTest
  @ValueSource(strings = {"OVERLOADED", "TOO_MANY"})
  void asksSeldomDuringAnOutageAndIsBackSoonAfterIt(String refusal) {
    begin(Rates.NONE, new Window(64, 5, 64, true), 2);
    time.advance(Duration.ofSeconds(20));
    int before = server.inFlight;
    server.refuseAll = Refusal.valueOf(refusal);
    time.advance(Duration.ofSeconds(30));
    int refused = server.refused;
    server.refuseAll = null;
    time.advance(Duration.ofSeconds(10));

    assertThat(refused).isLessThan(before + 30 * 3);
    assertThat(server.inFlight).isGreaterThan(before * 8 / 10);
    assertThat(governor.history().stream().filter(change -> change.why().startsWith("cut")))
        .hasSize(1); // the probes' refusals belong to the same episode
  }

  private void begin(Rates rates, Window window, int count) {
    AccountLimits limits =
        new AccountLimits("openai/small", rates, 0, 1, window, Duration.ofMinutes(10));
    governor = new Governor(List.of(limits), time::nanoTime, InstantSource.system());
    for (int i = 0; i < count; i++) {
      executors.add(executor(i));
    }
  }

  private SimulatedExecutor executor(int number) {
    return new SimulatedExecutor("e" + number, time, governor, server);
  }
}
