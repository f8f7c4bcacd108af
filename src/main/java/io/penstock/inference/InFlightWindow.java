package io.penstock.inference;

import io.penstock.domain.InferenceOutcome;
import io.penstock.domain.InferenceRequest;
import io.penstock.limit.Limiter;
import io.penstock.limit.Limiter.Permit;
import io.penstock.limit.Need;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Keeps as many of a task's requests under way as the limiters allow, and hands over outcomes in
 * the order in which they come. Confined to one task thread; what happens on other threads only
 * puts events into its queue.
 *
 * <p>Each lane has at most one request for a permit pending, so tasks that share a limiter take
 * turns, and a model that is at its limit does not hold up the others.
 */
public final class InFlightWindow {
  /**
   * One model's requests in a task.
   *
   * @param requests read lazily, one ahead of what is started
   * @param needs what a request will take of the account's rates
   */
  public record Lane(
      Iterator<InferenceRequest> requests,
      Function<InferenceRequest, Need> needs,
      Limiter limiter,
      Call call) {}

  /** Starts a request; the call closes the permit. */
  @FunctionalInterface
  public interface Call {
    CompletableFuture<InferenceOutcome> start(InferenceRequest request, Permit permit);
  }

  private final LinkedBlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
  private final StopSignal stop;
  private final Consumer<InferenceOutcome> sink;
  private int awaited;
  private volatile boolean abandoned;

  /**
   * @param sink called on the owner's thread
   */
  public InFlightWindow(StopSignal stop, Consumer<InferenceOutcome> sink) {
    this.stop = stop;
    this.sink = sink;
  }

  /**
   * Returns when every request has its outcome or, after a stop, when nothing is under way any
   * more.
   *
   * @throws InterruptedException when the task is killed; calls under way go on and are stored by
   *     themselves
   */
  public void run(List<Lane> lanes) throws InterruptedException {
    try {
      lanes.forEach(this::askForPermit);
      while (awaited > 0) {
        events.take().run();
      }
    } finally {
      abandoned = true;
      drain();
    }
  }

  /** Gives back the permits that were granted after the owner left. */
  private void drain() {
    for (Runnable event = events.poll(); event != null; event = events.poll()) {
      event.run();
    }
  }

  private void askForPermit(Lane lane) {
    if (stop.isStopped() || !lane.requests().hasNext()) {
      return;
    }
    InferenceRequest next = lane.requests().next();
    awaited++;
    lane.limiter()
        .acquire(lane.needs().apply(next))
        .thenAccept(permit -> granted(lane, next, permit));
  }

  private void granted(Lane lane, InferenceRequest request, Permit permit) {
    events.add(() -> start(lane, request, permit));
    if (abandoned) {
      drain();
    }
  }

  private void start(Lane lane, InferenceRequest request, Permit permit) {
    awaited--;
    if (abandoned || stop.isStopped()) {
      permit.close();
      return;
    }
    awaited++;
    lane.call()
        .start(request, permit)
        .whenComplete((outcome, error) -> events.add(() -> ended(outcome, error)));
    askForPermit(lane);
  }

  private void ended(InferenceOutcome outcome, Throwable error) {
    awaited--;
    if (abandoned) {
      return;
    }
    if (error != null) {
      throw new IllegalStateException("An answer could not be kept", error);
    }
    sink.accept(outcome);
  }
}
