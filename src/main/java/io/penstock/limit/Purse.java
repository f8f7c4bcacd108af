package io.penstock.limit;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * An executor's part of a budget: the worst case of an attempt is reserved before it begins, and
 * settled once it has ended. What there is comes as {@link PurseAllowance} from the driver; until
 * the first one there is nothing. Thread-safe; futures are completed outside the lock, on the
 * thread that brought the money, which they must not hold up.
 *
 * <p>Of attempts that wait the cheapest goes first: as long as there is enough for all they wait
 * for moments only, and when there is not, most can still be bought like this.
 */
public final class Purse {
  /** The driver is asked at most so often. */
  static final Duration ASK_INTERVAL = Duration.ofMillis(20);

  private final Object lock = new Object();
  private final PriorityQueue<Waiter> waiting =
      new PriorityQueue<>(Comparator.comparing(Waiter::amount).thenComparingLong(Waiter::number));
  private final String id;
  private final Scheduler scheduler;
  private final Runnable hungry;
  private @Nullable BigDecimal ceiling;
  private BigDecimal limit = BigDecimal.ZERO;
  private BigDecimal spent = BigDecimal.ZERO;
  private BigDecimal reserved = BigDecimal.ZERO;
  private BigDecimal awaited = BigDecimal.ZERO;
  private long allowance;
  private long waiters;
  private boolean scarce;
  private boolean closed;
  private boolean refused;
  private boolean news;
  private boolean asked;
  private boolean judged = true;
  private long askedNanos;

  private record Waiter(BigDecimal amount, long number, CompletableFuture<Void> reserved) {}

  /**
   * @param id of no other purse of the run
   * @param hungry told when the driver should be asked now; must not block
   */
  public Purse(String id, Scheduler scheduler, Runnable hungry) {
    this.id = id;
    this.scheduler = scheduler;
    this.hungry = hungry;
    askedNanos = scheduler.nanoTime() - ASK_INTERVAL.toNanos();
  }

  /**
   * Completes once the amount is reserved, to be settled; exceptionally with a {@link
   * BeyondBudgetException} when it never can be, and with a {@link CancellationException} once the
   * purse is closed.
   */
  public CompletableFuture<Void> reserve(BigDecimal amount) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    change(
        () -> {
          waiting.add(new Waiter(amount, ++waiters, done));
          awaited = awaited.add(amount);
          judged &= !isBeyond(amount);
        });
    return done;
  }

  /**
   * The attempt has ended.
   *
   * @param amount that was reserved
   * @param cost what it cost, or may have cost
   */
  public void settle(BigDecimal amount, BigDecimal cost) {
    change(
        () -> {
          reserved = reserved.subtract(amount);
          spent = spent.add(cost);
          news |= scarce;
        });
  }

  /** Those of another purse, and older ones, are passed over. */
  public void allow(PurseAllowance next) {
    change(
        () -> {
          if (!next.purse().equals(id) || next.number() < allowance) {
            return;
          }
          news |= next.limit().compareTo(limit) < 0; // what is taken away is free once confirmed
          asked = false;
          allowance = next.number();
          limit = next.limit();
          scarce = next.scarce();
          ceiling = ceiling == null ? next.ceiling() : ceiling.min(next.ceiling());
          judged = false;
        });
  }

  /** Nobody waits here any more, nor will. What is reserved is still to be settled. */
  public void close() {
    change(() -> closed = true);
  }

  /** For the driver. */
  public PurseReport report() {
    synchronized (lock) {
      news = false;
      Waiter cheapest = waiting.peek();
      return new PurseReport(
          id,
          allowance,
          spent,
          reserved,
          cheapest == null ? BigDecimal.ZERO : cheapest.amount(),
          awaited.add(reserved));
    }
  }

  /** Whether it is known that there never will be so much; then it counts as refused. */
  public boolean refuses(BigDecimal amount) {
    synchronized (lock) {
      boolean beyond = isBeyond(amount);
      refused |= beyond;
      return beyond;
    }
  }

  /** More will never be there for an attempt; empty while nothing is known of it. */
  public Optional<BigDecimal> ceiling() {
    synchronized (lock) {
      return Optional.ofNullable(ceiling);
    }
  }

  /** Whether something was not called for want of money. */
  public boolean hasRefused() {
    synchronized (lock) {
      return refused;
    }
  }

  private boolean isBeyond(BigDecimal amount) {
    return ceiling != null && amount.compareTo(ceiling) > 0;
  }

  private void change(Runnable update) {
    List<Runnable> outcomes = new ArrayList<>();
    long askInNanos = -1;
    synchronized (lock) {
      long before = waiters;
      update.run();
      serve(outcomes);
      news |= waiters > before && !waiting.isEmpty();
      boolean wants = !waiting.isEmpty() || scarce;
      if (news && wants && !asked) {
        asked = true;
        askInNanos = Math.max(0, askedNanos + ASK_INTERVAL.toNanos() - scheduler.nanoTime());
      }
    }
    outcomes.forEach(Runnable::run);
    if (askInNanos == 0) {
      ask();
    } else if (askInNanos > 0) {
      scheduler.after(Duration.ofNanos(askInNanos), this::ask);
    }
  }

  private void ask() {
    synchronized (lock) {
      askedNanos = scheduler.nanoTime();
    }
    hungry.run();
  }

  private void serve(List<Runnable> outcomes) {
    while (!waiting.isEmpty() && (closed || fits(waiting.peek().amount()))) {
      Waiter next = waiting.remove();
      awaited = awaited.subtract(next.amount());
      if (closed) {
        outcomes.add(() -> next.reserved().completeExceptionally(new CancellationException()));
      } else {
        reserved = reserved.add(next.amount());
        outcomes.add(() -> next.reserved().complete(null));
      }
    }
    if (!judged) {
      judged = true;
      refuse(outcomes);
    }
  }

  private boolean fits(BigDecimal amount) {
    return !isBeyond(amount) && spent.add(reserved).add(amount).compareTo(limit) <= 0;
  }

  private void refuse(List<Runnable> outcomes) {
    List<Waiter> beyond = waiting.stream().filter(waiter -> isBeyond(waiter.amount())).toList();
    refused |= !beyond.isEmpty();
    waiting.removeAll(beyond);
    for (Waiter waiter : beyond) {
      awaited = awaited.subtract(waiter.amount());
      BeyondBudgetException why = new BeyondBudgetException(ceiling.max(BigDecimal.ZERO));
      outcomes.add(() -> waiter.reserved().completeExceptionally(why));
    }
  }
}
