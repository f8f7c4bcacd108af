package io.penstock.simulator.batch;

import io.penstock.simulator.batch.BatchStanding.Tally;
import io.penstock.simulator.batch.BatchWorker.Worked;
import io.penstock.simulator.batch.DoneLog.Entry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One batch. Its requests are worked off in an order of its own, ahead of the clock where the work
 * is fast enough; a request counts as done, and is billed, when both the clock and the work have
 * come to it. What was worked off and is not done by the batch's end is thrown away.
 *
 * <p>Thread-safe: one lock, held while results are written.
 */
public final class Batch implements AutoCloseable {
  private final BatchPlan plan;
  private final InstantSource clock;
  private final SpooledRequests requests;
  private final BatchWorker worker;
  private final BatchResults results;
  private final DoneLog log;
  private final Consumer<DoneRequest> books;
  private int[] order;
  private int worked;
  private @Nullable Instant workedAt;
  private Tally tally;
  private @Nullable Instant cancelledAt;
  private boolean closed;
  private @Nullable BatchStanding ended;

  /**
   * @param requests closed when the batch has ended
   * @param books told of each request that is done
   * @param seed of the order
   */
  public Batch(
      BatchPlan plan, InstantSource clock, Sources sources, Consumer<DoneRequest> books, long seed)
      throws IOException {
    this.plan = plan;
    this.clock = clock;
    this.requests = sources.requests();
    this.worker = sources.worker();
    this.results = sources.results();
    this.log = new DoneLog(sources.log().newFile("done"));
    this.books = books;
    this.order = shuffled(plan.requests(), new SplittableRandom(seed));
    this.tally = Tally.none(plan.requests());
  }

  /** What a batch reads and writes. */
  public record Sources(
      SpooledRequests requests, BatchWorker worker, BatchResults results, SpoolFolder log) {}

  /** Never the order that it was, where there are at least two. */
  private static int[] shuffled(int count, SplittableRandom random) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    for (int i = count - 1; i > 0; i--) {
      // an earlier place, so that none keeps its own: one cycle through all
      int other = random.nextInt(i);
      int swapped = order[i];
      order[i] = order[other];
      order[other] = swapped;
    }
    return order;
  }

  public BatchPlan plan() {
    return plan;
  }

  public BatchResults results() {
    return results;
  }

  /** Works its requests off; to be run once. */
  public void work() {
    int[] all = orderOfWork();
    try {
      for (int i = 0; i < plan.doable() && i < all.length; i++) {
        if (!append(worker.work(requests.read(all[i])))) {
          return;
        }
      }
    } catch (IOException e) {
      if (!isClosed()) {
        throw new UncheckedIOException("The work of a batch cannot go on", e);
      }
    }
  }

  private synchronized int[] orderOfWork() {
    workedAt = plan.doable() == 0 ? clock.instant() : null;
    return order;
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized boolean append(Worked one) throws IOException {
    if (closed) {
      return false;
    }
    if (one.done().succeeded()) {
      results.appendSucceeded(one.line());
    } else {
      results.appendFailed(one.line());
    }
    log.append(new Entry(one.done(), results.succeededBytes(), results.failedBytes()));
    worked++;
    if (worked == plan.doable()) {
      workedAt = clock.instant();
    }
    return true;
  }

  /** How far it has come now. */
  public synchronized BatchStanding standing() throws IOException {
    if (ended != null) {
      return ended;
    }
    Instant now = clock.instant();
    if (plan.end() == BatchState.FAILED && cancelledAt == null) {
      return now.isBefore(plan.beginsAt())
          ? running(BatchState.VALIDATING, now)
          : end(BatchState.FAILED, plan.beginsAt());
    }
    if (cancelledAt != null) {
      Instant end = plan.cancelledAt(cancelledAt);
      return now.isBefore(end)
          ? running(BatchState.CANCELLING, now)
          : end(BatchState.CANCELLED, end);
    }
    bookUntil(earlier(now, plan.expiresAt()));
    Instant end = naturalEnd();
    if (end != null && !now.isBefore(end) && !end.isAfter(plan.expiresAt())) {
      return end(plan.end(), end);
    }
    if (!now.isBefore(plan.expiresAt())) {
      return end(BatchState.EXPIRED, plan.expiresAt());
    }
    return running(state(now), now);
  }

  /** Null while there is work left. */
  private @Nullable Instant naturalEnd() {
    return workedAt == null ? null : later(plan.endsAt(), workedAt);
  }

  private BatchState state(Instant now) {
    if (now.isBefore(plan.beginsAt())) {
      return BatchState.VALIDATING;
    }
    boolean isDone = tally.done() == plan.doable() && !now.isBefore(plan.finalizesAt());
    if (!isDone || plan.end() == BatchState.EXPIRED) {
      return BatchState.IN_PROGRESS;
    }
    return plan.end() == BatchState.CANCELLED ? BatchState.CANCELLING : BatchState.FINALIZING;
  }

  private BatchStanding running(BatchState state, Instant now) {
    return new BatchStanding(state, tally, entered(state, now));
  }

  private Map<BatchState, Instant> entered(BatchState state, Instant now) {
    EnumMap<BatchState, Instant> entered = new EnumMap<>(BatchState.class);
    Instant last = cancelledAt == null ? now : cancelledAt;
    if (plan.end() != BatchState.FAILED && !last.isBefore(plan.beginsAt())) {
      entered.put(BatchState.IN_PROGRESS, plan.beginsAt());
    }
    if (state == BatchState.FINALIZING || state == BatchState.COMPLETED) {
      entered.put(BatchState.FINALIZING, plan.finalizesAt());
    }
    if (cancelledAt != null) {
      entered.put(BatchState.CANCELLING, cancelledAt);
    } else if (state == BatchState.CANCELLING || state == BatchState.CANCELLED) {
      entered.put(BatchState.CANCELLING, plan.finalizesAt());
    }
    return entered;
  }

  /** Bills what is done by then. */
  private void bookUntil(Instant now) throws IOException {
    int due = Math.min(worked, plan.due(now));
    for (int i = tally.done(); i < due; i++) {
      DoneRequest done = log.read(i).done();
      tally = tally.with(done);
      books.accept(done);
    }
  }

  /**
   * Stops it with what is done by now.
   *
   * @return false where it has ended already
   */
  public synchronized boolean cancel() throws IOException {
    BatchState state = standing().state();
    if (state.isEnd()) {
      return false;
    }
    if (cancelledAt == null && state != BatchState.CANCELLING) {
      cancelledAt = clock.instant();
    }
    return true;
  }

  private BatchStanding end(BatchState state, Instant at) throws IOException {
    Entry last = tally.done() == 0 ? null : log.read(tally.done() - 1L);
    closed = true;
    results.cut(last == null ? 0 : last.succeededEnd(), last == null ? 0 : last.failedEnd());
    if (state == BatchState.EXPIRED || state == BatchState.CANCELLED) {
      for (int i = tally.done(); i < order.length; i++) {
        results.appendFailed(worker.leftOver(requests.read(order[i]), state));
      }
    }
    Map<BatchState, Instant> entered = entered(state, at);
    entered.put(state, at);
    BatchStanding standing = new BatchStanding(state, tally, entered);
    ended = standing;
    release();
    return standing;
  }

  private void release() throws IOException {
    order = new int[0];
    results.close();
    log.close();
    requests.close();
  }

  /** Ends its work; it is not to be used any more. */
  @Override
  public synchronized void close() throws IOException {
    if (!closed) {
      closed = true;
      release();
    }
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
