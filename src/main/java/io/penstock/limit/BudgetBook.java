package io.penstock.limit;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The budget of an execution, at the driver: gives each executor's {@link Purse} a limit, so that
 * all that they may believe to have together is never more than there is. A purse counts with the
 * largest limit that it was sent until it has confirmed a lower one; that of an executor that is
 * gone for good. Thread-safe: one lock; only computes.
 *
 * <p>While there is enough each purse has what it wishes. When there is not, whole needs are met
 * first, the smallest before the others, so that several executors do not each hold less than a
 * call's worth; what a purse does not use is taken back. The end needs no decision: what is not
 * spent yet is told with each allowance as its ceiling, and once nothing is under way that is all
 * that there is.
 */
public final class BudgetBook {
  /** Dividing what is scarce costs as much as there are purses: not oftener than this for each. */
  private static final Duration PLAN_PER_PURSE = Duration.ofMillis(1);

  private static final BigDecimal TWO = BigDecimal.valueOf(2);

  /** Digits behind the point of a share; the rest is left undivided. */
  private static final int SHARE_SCALE = 12;

  private final BigDecimal total;
  private final LongSupplier nanoClock;
  private final Map<String, Account> purses = new HashMap<>();
  private BigDecimal held = BigDecimal.ZERO;
  private BigDecimal used = BigDecimal.ZERO;
  private BigDecimal spent = BigDecimal.ZERO;
  private BigDecimal wished = BigDecimal.ZERO;
  private BigDecimal lost = BigDecimal.ZERO;
  private long numbers;
  private long plannedNanos;
  private boolean planned;

  /** A purse as the driver knows it. */
  private static final class Account {
    final String executorId;
    final Deque<PurseAllowance> sent = new ArrayDeque<>();
    PurseReport report;
    BigDecimal held = BigDecimal.ZERO;
    BigDecimal share = BigDecimal.ZERO;
    boolean gone;

    Account(String executorId, PurseReport report) {
      this.executorId = executorId;
      this.report = report;
    }

    BigDecimal lastSent() {
      return sent.isEmpty() ? BigDecimal.ZERO : sent.getLast().limit();
    }

    /** The largest limit that it may believe to have. */
    BigDecimal mostHeld() {
      return sent.stream().map(PurseAllowance::limit).reduce(report.used(), BigDecimal::max);
    }
  }

  /**
   * @param total for this execution; nothing where it is not above zero
   */
  public BudgetBook(BigDecimal total, LongSupplier nanoClock) {
    this.total = total;
    this.nanoClock = nanoClock;
  }

  /** What an executor says; of one that is gone it changes nothing. */
  public synchronized void report(String executorId, PurseReport report) {
    Account account =
        purses.computeIfAbsent(report.purse(), purse -> add(new Account(executorId, report)));
    if (account.gone || report.spent().compareTo(account.report.spent()) < 0) {
      return; // or it was overtaken by a later one
    }
    count(account, -1);
    planned &= account.report.waits() == report.waits();
    account.report = report;
    account.sent.removeIf(allowance -> allowance.number() < report.allowance());
    count(account, 1);
  }

  private Account add(Account account) {
    planned = false;
    count(account, 1);
    return account;
  }

  /** Into the sums, or out of them. */
  private void count(Account account, int sign) {
    BigDecimal factor = BigDecimal.valueOf(sign);
    account.held = sign > 0 ? account.mostHeld() : account.held;
    PurseReport report = account.report;
    held = held.add(factor.multiply(account.held));
    used = used.add(factor.multiply(report.used()));
    spent = spent.add(factor.multiply(report.spent()));
    wished = wished.add(factor.multiply(report.wish()));
  }

  /** Its process has ended, or nobody will hear of it again: what it held stays spent. */
  public synchronized void gone(String executorId) {
    for (Account account : purses.values()) {
      if (account.executorId.equals(executorId) && !account.gone) {
        count(account, -1);
        account.gone = true;
        lost = lost.add(account.held);
        planned = false;
      }
    }
  }

  /**
   * The next one for a purse that has reported.
   *
   * @throws IllegalArgumentException for any other
   */
  public synchronized PurseAllowance allow(String purse) {
    Account account = purses.get(purse);
    if (account == null) {
      throw new IllegalArgumentException("Purse " + purse + " has not reported");
    }
    boolean scarce = wished.compareTo(free()) > 0;
    BigDecimal limit =
        account.gone ? BigDecimal.ZERO : limit(account, scarce ? share(account) : null);
    PurseAllowance next =
        new PurseAllowance(purse, ++numbers, limit, total.subtract(lost).subtract(spent), scarce);
    if (!account.gone) {
      count(account, -1);
      account.sent.add(next);
      count(account, 1);
    }
    return next;
  }

  /** What executors told that is spent; of those that are gone what they held. */
  public synchronized BigDecimal spent() {
    return spent.add(lost);
  }

  /** What is neither spent nor reserved nor lost. */
  private BigDecimal free() {
    return total.subtract(lost).subtract(used);
  }

  /**
   * @param share of what is scarce; null: there is enough
   */
  private BigDecimal limit(Account account, @Nullable BigDecimal share) {
    BigDecimal othersHold = held.subtract(account.held).add(lost);
    BigDecimal wanted = share == null ? wanted(account) : account.report.used().add(share);
    return wanted.min(total.subtract(othersHold)).max(BigDecimal.ZERO);
  }

  /** As it is, if that is neither much more nor much less than it wishes. */
  private static BigDecimal wanted(Account account) {
    PurseReport report = account.report;
    BigDecimal last = account.lastSent();
    BigDecimal slack = last.subtract(report.used());
    boolean little = slack.multiply(TWO).compareTo(report.wish()) < 0;
    boolean much = slack.compareTo(report.wish().multiply(TWO)) > 0;
    return little || much ? report.used().add(report.wish()) : last;
  }

  private BigDecimal share(Account account) {
    long now = nanoClock.getAsLong();
    long interval = PLAN_PER_PURSE.multipliedBy(purses.size()).toNanos();
    if (!planned || now - plannedNanos >= interval) {
      planned = true;
      plannedNanos = now;
      plan();
    }
    return account.share;
  }

  /**
   * Whole needs, the smallest first. The rest is divided by wishes, unless somebody's need is not
   * met: then it is gathered.
   */
  private void plan() {
    List<Account> there = purses.values().stream().filter(account -> !account.gone).toList();
    List<Account> waiting =
        there.stream()
            .filter(account -> account.report.waits())
            .sorted(
                Comparator.<Account, BigDecimal>comparing(account -> account.report.need())
                    .thenComparing(account -> account.report.purse()))
            .toList();
    there.forEach(account -> account.share = BigDecimal.ZERO);
    BigDecimal left = free();
    for (Account account : waiting) {
      BigDecimal need = account.report.need();
      if (need.compareTo(left) > 0) {
        return;
      }
      account.share = need;
      left = left.subtract(need);
    }
    if (left.signum() > 0 && wished.signum() > 0) {
      divide(left, there);
    }
  }

  private void divide(BigDecimal left, List<Account> among) {
    for (Account account : among) {
      BigDecimal wish = account.report.wish();
      BigDecimal more =
          left.multiply(wish).divide(wished, SHARE_SCALE, RoundingMode.DOWN).min(wish);
      account.share = account.share.add(more);
    }
  }
}
