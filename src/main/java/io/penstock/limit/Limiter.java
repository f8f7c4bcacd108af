package io.penstock.limit;

import io.penstock.limit.AccountReport.Load;
import io.penstock.limit.AccountReport.Tally;
import io.penstock.limit.Allowance.Share;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Hands out an executor's permits of one account, first come first served: one for each call that
 * may be under way, each attempt within the rates. What there is to hand out comes as {@link
 * Allowance} from the driver; without a valid one nothing begins. Thread-safe; futures are
 * completed outside the lock, on a thread that freed a place or brought an allowance.
 *
 * <p>A holder that waits before it tries again suspends its permit, so that others use the place,
 * and goes before them when it resumes. Suspended ones count for admission: at most twice the limit
 * are admitted at a time, so that a provider that refuses everything does not draw in ever more.
 */
public final class Limiter {
  /** Admitted at most, suspended ones included, as a multiple of the limit. */
  private static final int ADMISSION_FACTOR = 2;

  private final Object lock = new Object();
  private final ArrayDeque<Waiter> resuming = new ArrayDeque<>();
  private final ArrayDeque<Waiter> arriving = new ArrayDeque<>();
  private final ArrayDeque<Waiter> granted = new ArrayDeque<>();
  private final String account;
  private final Scheduler scheduler;
  private final Runnable hungry;
  private final Pace pace;
  private final Brake brake;
  private Allowance allowance;
  private long validUntilNanos;
  private int startsLeft;
  private boolean delivering;
  private boolean open;
  private boolean asked;
  private boolean confirm;
  private boolean waking;
  private long wakeNanos;
  private int inFlight;
  private int suspended;
  private int peakInFlight;
  private int peakSinceReport;
  private Tally tally = Tally.NONE;
  private Rates learnt = Rates.NONE;

  /**
   * @param untilNanos after which it is not worth waiting any more
   */
  private record Waiter(Permit permit, long untilNanos, CompletableFuture<Permit> granted) {
    void fail() {
      granted.completeExceptionally(new TimeoutException());
    }
  }

  /**
   * @param hungry told when the driver should be asked now: calls wait that only another allowance
   *     can let go, or there is less than before, which others wait for; must not block
   */
  public Limiter(String account, Scheduler scheduler, Runnable hungry) {
    this.account = account;
    this.scheduler = scheduler;
    this.hungry = hungry;
    long now = scheduler.nanoTime();
    pace = new Pace(now);
    brake = new Brake(now);
    allowance = new Allowance(account, 0, 0, Map.of(), 0, 0, 0);
    validUntilNanos = now;
  }

  public String account() {
    return account;
  }

  /**
   * @param until by the scheduler's clock
   */
  public void allow(Allowance next, long until) {
    change(
        () -> {
          if (next.number() < allowance.number()) {
            return;
          }
          if (next.era() != allowance.era()) {
            brake.release();
          }
          long now = scheduler.nanoTime();
          if (now - validUntilNanos >= 0) {
            pace.forgetSavings(now);
          }
          confirm |= isLess(next, allowance);
          allowance = next;
          validUntilNanos = until;
          startsLeft = next.starts();
          pace.share(next.shares(), now);
          brake.hold(now + Duration.ofMillis(next.holdMillis()).toNanos());
        });
  }

  /** What is taken away is free for others only once the driver knows that it is not used. */
  private static boolean isLess(Allowance next, Allowance before) {
    return next.permits() < before.permits()
        || before.shares().entrySet().stream().anyMatch(each -> isLess(next, each));
  }

  private static boolean isLess(Allowance next, Map.Entry<Rate, Share> before) {
    Share share = next.shares().get(before.getKey());
    return share != null && share.perSecond() < before.getValue().perSecond();
  }

  /** From now on nobody waits here: whoever gets a permit must see that the run has stopped. */
  public void open() {
    change(() -> open = true);
  }

  /** What the provider's headers say. */
  public void learn(Rates rates) {
    synchronized (lock) {
      learnt = rates;
    }
  }

  /**
   * For the driver; its answer is taken to know of it. Ends the waits that have become too long.
   */
  public AccountReport report() {
    failOverdue();
    synchronized (lock) {
      boolean waiting = !resuming.isEmpty() || !arriving.isEmpty();
      Load load = new Load(inFlight, peakSinceReport, waiting);
      peakSinceReport = inFlight;
      long now = scheduler.nanoTime();
      long heldMillis = Duration.ofNanos(brake.tellHeldNanos(now)).toMillis();
      Waiter next = first();
      Map<Rate, Long> largest = pace.largest(next == null ? null : next.permit().need, now);
      return new AccountReport(
          account, allowance.number(), load, tally, brake.inARow(), heldMillis, learnt, largest);
    }
  }

  private void failOverdue() {
    List<Waiter> overdue;
    synchronized (lock) {
      long now = scheduler.nanoTime();
      overdue = resuming.stream().filter(waiter -> now - waiter.untilNanos() >= 0).toList();
      resuming.removeAll(overdue);
    }
    // not in the thread that reports: other calls begin in consequence
    overdue.forEach(waiter -> scheduler.after(Duration.ZERO, waiter::fail));
  }

  /** Completes when a call may begin; the permit must be closed. */
  public CompletableFuture<Permit> acquire(Need need) {
    Waiter waiter = new Waiter(new Permit(need), Long.MAX_VALUE, new CompletableFuture<>());
    change(() -> arriving.add(waiter));
    return waiter.granted();
  }

  /** How many calls may be under way by the latest allowance. */
  public int permits() {
    synchronized (lock) {
      return allowance.permits();
    }
  }

  public int inFlight() {
    synchronized (lock) {
      return inFlight;
    }
  }

  /** The most that were in flight at once so far. */
  public int peakInFlight() {
    synchronized (lock) {
      return peakInFlight;
    }
  }

  /** Attempts that brought an answer so far. */
  long succeeded() {
    synchronized (lock) {
      return tally.succeeded();
    }
  }

  private void change(Runnable update) {
    boolean ask;
    boolean deliver;
    synchronized (lock) {
      update.run();
      grant();
      boolean isHungry = isHungry();
      ask = confirm || isHungry && !asked;
      asked = isHungry;
      confirm = false;
      deliver = !delivering;
      delivering = true;
    }
    if (ask) {
      hungry.run();
    }
    if (deliver) {
      deliver();
    }
  }

  /**
   * One after the other, whatever the waiters do next: a grant that frees a place must not nest.
   */
  private void deliver() {
    while (true) {
      Waiter waiter;
      synchronized (lock) {
        waiter = granted.poll();
        delivering = waiter != null;
      }
      if (waiter == null) {
        return;
      }
      waiter.granted().complete(waiter.permit());
    }
  }

  private void grant() {
    long now = scheduler.nanoTime();
    for (Waiter next = next(now); next != null; next = next(now)) {
      next.permit().begin();
      granted.add(next);
    }
  }

  /** Whose turn it is, taken from its queue; null while nothing may begin. */
  private @Nullable Waiter next(long now) {
    ArrayDeque<Waiter> queue = resuming.isEmpty() ? arriving : resuming;
    if (queue.isEmpty() || open) {
      return queue.poll();
    }
    int limit = brake.ceiling(allowance.permits());
    boolean admitted = queue == resuming || inFlight + suspended < ADMISSION_FACTOR * limit;
    if (!admitted || inFlight >= limit || startsLeft == 0 || now - validUntilNanos >= 0) {
      return null;
    }
    long wait = Math.max(brake.heldNanos(now), pace.nanosUntil(queue.peek().permit().need, now));
    if (wait > 0) {
      wakeIn(wait, now);
      return null;
    }
    return queue.remove();
  }

  private void wakeIn(long nanos, long now) {
    boolean sooner = !waking || now + nanos - wakeNanos < 0;
    if (nanos != Long.MAX_VALUE && sooner) {
      waking = true;
      wakeNanos = now + nanos;
      long dueNanos = wakeNanos;
      scheduler.after(Duration.ofNanos(nanos), () -> wake(dueNanos));
    }
  }

  /** One that came to be too late for another's wait sets no further one. */
  private void wake(long dueNanos) {
    change(() -> waking &= dueNanos != wakeNanos);
  }

  private @Nullable Waiter first() {
    return resuming.isEmpty() ? arriving.peek() : resuming.peek();
  }

  /** Whether only another allowance helps; then the driver is asked once, renewals do the rest. */
  private boolean isHungry() {
    Waiter first = first();
    if (first == null) {
      return false;
    }
    long now = scheduler.nanoTime();
    return allowance.permits() == 0
        || now - validUntilNanos >= 0
        || pace.nanosUntil(first.permit().need, now) == Long.MAX_VALUE;
  }

  private enum State {
    WAITING,
    IN_FLIGHT,
    SUSPENDED,
    CLOSED
  }

  /** The right to have one call under way. Closing twice is harmless. */
  public final class Permit implements AutoCloseable {
    private final Need need;
    private State state = State.WAITING;
    private long begunNanos;

    private Permit(Need need) {
      this.need = need;
    }

    private void begin() {
      suspended -= state == State.SUSPENDED ? 1 : 0;
      state = State.IN_FLIGHT;
      inFlight++;
      peakInFlight = Math.max(peakInFlight, inFlight);
      peakSinceReport = Math.max(peakSinceReport, inFlight);
      startsLeft -= startsLeft == Allowance.UNLIMITED || startsLeft == 0 ? 0 : 1;
      begunNanos = scheduler.nanoTime();
      pace.take(need);
    }

    /** The attempt brought an answer. */
    public void succeeded(Need used) {
      synchronized (lock) {
        tally = tally.plusSuccess();
        brake.succeeded();
        pace.settle(need, used, begunNanos);
      }
    }

    /**
     * The attempt was refused; its tokens were not used.
     *
     * @param retryAfter null where the provider does not say
     */
    public void refused(Refusal why, @Nullable Duration retryAfter) {
      synchronized (lock) {
        tally = tally.plus(why);
        brake.refused(why, inFlight - 1, retryAfter, scheduler.nanoTime());
        pace.settle(need, Need.REQUEST, begunNanos);
      }
    }

    /** The attempt ended in a 5xx, a timeout or a broken connection. */
    public void unhealthy() {
      synchronized (lock) {
        tally = tally.plusUnhealthy();
      }
    }

    /** How many attempts of the account have brought an answer so far, of whatever request. */
    public long successesOfAll() {
      return Limiter.this.succeeded();
    }

    /** Frees the place while its holder waits. */
    public void suspend() {
      change(
          () -> {
            require(State.IN_FLIGHT);
            state = State.SUSPENDED;
            inFlight--;
            suspended++;
          });
    }

    /**
     * Asks for a place again, before all that arrive; completes with this permit, or with a {@link
     * TimeoutException} when that takes too long.
     *
     * @param untilNanos by the scheduler's clock; looked at with each report
     */
    public CompletableFuture<Permit> resume(long untilNanos) {
      Waiter waiter = new Waiter(this, untilNanos, new CompletableFuture<>());
      change(
          () -> {
            require(State.SUSPENDED);
            resuming.add(waiter);
          });
      return waiter.granted();
    }

    /** Also ends the wait for a place, which is then never granted. */
    @Override
    public void close() {
      change(
          () -> {
            inFlight -= state == State.IN_FLIGHT ? 1 : 0;
            suspended -= state == State.SUSPENDED ? 1 : 0;
            resuming.removeIf(waiter -> waiter.permit() == this);
            state = State.CLOSED;
          });
    }

    private void require(State expected) {
      if (state != expected) {
        throw new IllegalStateException("A permit is " + state + ", must be " + expected);
      }
    }
  }
}
