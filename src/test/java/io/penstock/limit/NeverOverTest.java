package io.penstock.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.limit.UnreliableCluster.Start;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** Whatever happens to executors and messages, the cluster keeps to the account's limits. */
final class NeverOverTest {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final FakeScheduler time = new FakeScheduler();

  @RepeatedTest(10)
  void inNoMinuteMoreRequestsBeginThanTheLimit(RepetitionInfo round) {
    UnreliableCluster cluster =
        run(Governors.rated(Rate.REQUESTS, 300), round, Duration.ofMinutes(15));

    assertThat(mostInAMinute(cluster.starts, start -> 1)).isBetween(200L, 300L);
  }

  @RepeatedTest(10)
  void inNoMinuteMoreRequestsBeginThanALimitOfAFew(RepetitionInfo round) {
    UnreliableCluster cluster = run(Governors.rated(Rate.REQUESTS, 3), round, Duration.ofHours(1));

    assertThat(mostInAMinute(cluster.starts, start -> 1)).isEqualTo(3);
  }

  @RepeatedTest(10)
  void inNoMinuteMoreTokensAreUsedThanTheLimit(RepetitionInfo round) {
    UnreliableCluster cluster =
        run(Governors.rated(Rate.TOKENS, 30_000), round, Duration.ofMinutes(15));

    assertThat(mostInAMinute(cluster.starts, start -> start.used().of(Rate.TOKENS)))
        .isBetween(20_000L, 30_000L);
  }

  @RepeatedTest(10)
  void neverMoreThanTheLimitIsInFlight(RepetitionInfo round) {
    UnreliableCluster cluster = run(Governors.fixed(7), round, Duration.ofMinutes(30));

    assertThat(cluster.mostUnderWay).isEqualTo(7);
  }

  private UnreliableCluster run(AccountLimits limits, RepetitionInfo round, Duration duration) {
    Random random = new Random(round.getCurrentRepetition());
    UnreliableCluster cluster =
        new UnreliableCluster(
            time,
            Governors.of(limits, time),
            random,
            () -> new Need(random.nextInt(50), random.nextInt(200)));
    for (int i = 0; i < 3; i++) {
      cluster.addExecutor();
    }
    time.advance(duration);
    return cluster;
  }

  private static long mostInAMinute(List<Start> starts, ToLongFunction<Start> amount) {
    long most = 0;
    long sum = 0;
    int first = 0;
    for (Start last : starts) {
      sum += amount.applyAsLong(last);
      while (last.nanos() - starts.get(first).nanos() >= MINUTE) {
        sum -= amount.applyAsLong(starts.get(first++));
      }
      most = Math.max(most, sum);
    }
    return most;
  }
}
