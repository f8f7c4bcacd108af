package io.penstock.limit;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All accounts of a run: what executors report goes in, what they may use comes out. One in the
 * cluster, at the driver. Thread-safe: one lock, never held over I/O.
 */
public final class Governor {
  /** After its renewal an executor's allowances are good for so long. */
  public static final Duration LEASE_LIFE = Duration.ofSeconds(4);

  private final Map<String, AccountGovernor> accounts = new TreeMap<>();
  private final List<LimitChange> history = new ArrayList<>();
  private final @Nullable BudgetBook budget;

  /** Time, and where changes go. */
  interface Clock {
    long nanoTime();

    void changed(String account, int limit, String why, int inFlight);
  }

  /**
   * @param limits one for each account and model of the run
   */
  public Governor(List<AccountLimits> limits, LongSupplier nanoClock, InstantSource wallClock) {
    this(limits, nanoClock, wallClock, null);
  }

  /**
   * @param budget of the run; null: it has none
   */
  public Governor(
      List<AccountLimits> limits,
      LongSupplier nanoClock,
      InstantSource wallClock,
      @Nullable BudgetBook budget) {
    this.budget = budget;
    Clock clock =
        new Clock() {
          @Override
          public long nanoTime() {
            return nanoClock.getAsLong();
          }

          @Override
          public void changed(String account, int limit, String why, int inFlight) {
            history.add(new LimitChange(wallClock.instant(), account, limit, why, inFlight));
          }
        };
    limits.forEach(each -> accounts.put(each.account(), new AccountGovernor(each, clock)));
  }

  /**
   * @param reports of all accounts that the executor has a runtime for; none: it has closed it
   * @return an allowance for each report, good for {@link #LEASE_LIFE} from when the executor asked
   */
  public synchronized List<Allowance> renew(String executorId, List<AccountReport> reports) {
    if (reports.isEmpty()) {
      exited(executorId);
    }
    return reports.stream()
        .filter(report -> accounts.containsKey(report.account()))
        .map(report -> accounts.get(report.account()).renew(executorId, report))
        .toList();
  }

  /** The executor's process has ended: what it held is free at once. */
  public synchronized void exited(String executorId) {
    accounts.values().forEach(account -> account.forget(executorId));
  }

  /** What the run may spend; a lock of its own. */
  public Optional<BudgetBook> budget() {
    return Optional.ofNullable(budget);
  }

  /** Every change so far, the oldest first. */
  public synchronized List<LimitChange> history() {
    return List.copyOf(history);
  }

  /** Every change after the first so many. */
  public synchronized List<LimitChange> historyAfter(int count) {
    return List.copyOf(history.subList(count, history.size()));
  }

  /** Every account as it is now. */
  public synchronized List<AccountLoad> loads() {
    return accounts.values().stream().map(AccountGovernor::load).toList();
  }

  /** Limits for which calls wait so long for one another now, or longer. */
  public synchronized List<LongWait> longWaits(Duration atLeast) {
    return accounts.values().stream()
        .flatMap(account -> account.longWaits(atLeast).stream())
        .toList();
  }
}
