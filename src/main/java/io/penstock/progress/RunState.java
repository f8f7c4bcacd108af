package io.penstock.progress;

import io.penstock.cluster.Counts;
import io.penstock.limit.AccountLoad;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An execution at one moment.
 *
 * @param name of the job and its run
 * @param stage that is under way, in words
 * @param calls requests that are to be called, those done included; 0: none, or nobody tells
 * @param counts since the execution's begin, over all executors, in realtime
 * @param accounts none while nothing is called
 * @param batches a line for each that has not ended
 */
public record RunState(
    String name,
    Duration age,
    String stage,
    long calls,
    Counts counts,
    Pace pace,
    List<AccountLoad> accounts,
    Money money,
    List<String> batches) {
  public RunState {
    accounts = List.copyOf(accounts);
    batches = List.copyOf(batches);
  }

  /** Of the last half minute; zero before calls begin. */
  public record Pace(double requestsPerSecond, double tokensPerMinute) {
    static final Pace NONE = new Pace(0, 0);
  }

  /**
   * In USD.
   *
   * @param spent by this execution, batches and waste included
   * @param expected of it; null: not known
   * @param budget of the whole run; null: there is none
   */
  public record Money(
      BigDecimal spent, @Nullable BigDecimal expected, @Nullable BigDecimal budget) {}

  long done() {
    return counts.answered() + counts.failed();
  }

  /** Null where the pace does not tell. */
  @Nullable Duration left() {
    long requests = calls - done();
    return pace.requestsPerSecond() <= 0 || requests <= 0
        ? null
        : Duration.ofSeconds(Math.round(requests / pace.requestsPerSecond()));
  }

  int inFlight() {
    return accounts.stream().mapToInt(AccountLoad::inFlight).sum();
  }

  int limit() {
    return accounts.stream().mapToInt(AccountLoad::limit).sum();
  }
}
