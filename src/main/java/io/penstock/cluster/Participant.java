package io.penstock.cluster;

import io.penstock.limit.AccountReport;
import io.penstock.limit.Allowance;
import io.penstock.limit.PurseAllowance;
import io.penstock.limit.PurseReport;
import java.util.List;
import java.util.Optional;

/**
 * The runtime of one run in one executor JVM, as its agent sees it. Must be thread-safe: the agent
 * calls from threads of its own.
 */
public interface Participant {
  String runId();

  /** Cheap; also asked after {@link #close()}. */
  Counts counts();

  /** Of every account that it calls, for the next renewal. Must not block. */
  List<AccountReport> reports();

  /**
   * The driver's answer to the reports. An older one may come after a newer one.
   *
   * @param validUntilNanos by {@link System#nanoTime}
   */
  void allow(List<Allowance> allowances, long validUntilNanos);

  /** Of its part of the budget, for the next renewal; also asked after {@link #close()}. */
  Optional<PurseReport> purse();

  /** The driver's answer to that. Older ones, and those of other purses, may come too. */
  void allow(PurseAllowance allowance);

  /** Once an account is of no use; stops all executors. */
  Optional<AccountStop> accountStop();

  /** Starts no further calls; those under way go on. Called at most once. */
  void stop(String reason);

  /**
   * The run is over at the driver: keeps the answers under way and closes. May take as long as a
   * call does. The agent calls it once, but others may have done so before.
   */
  void close();
}
