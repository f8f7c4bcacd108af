package io.penstock.inference;

import io.penstock.domain.InferenceOutcome;
import io.penstock.domain.InferenceOutcome.Completed;
import io.penstock.domain.InferenceOutcome.Effort;
import io.penstock.domain.InferenceOutcome.Waste;
import io.penstock.domain.InferenceRequest;
import io.penstock.limit.Limiter.Permit;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;

/** Calls that the test answers, in whatever order it likes. Thread-safe. */
final class HandCall implements InFlightWindow.Call {
  private final LinkedBlockingQueue<InferenceRequest> started = new LinkedBlockingQueue<>();
  private final Map<InferenceRequest, UnderWay> underWay = new ConcurrentHashMap<>();

  private record UnderWay(Permit permit, CompletableFuture<InferenceOutcome> outcome) {}

  /** Says that its call has started once its caller listens, so that answers keep their order. */
  private final class Answer extends CompletableFuture<InferenceOutcome> {
    private final InferenceRequest request;

    Answer(InferenceRequest request) {
      this.request = request;
    }

    @Override
    public CompletableFuture<InferenceOutcome> whenComplete(
        BiConsumer<? super InferenceOutcome, ? super Throwable> action) {
      CompletableFuture<InferenceOutcome> listened = super.whenComplete(action);
      started.add(request);
      return listened;
    }
  }

  @Override
  public CompletableFuture<InferenceOutcome> start(InferenceRequest request, Permit permit) {
    UnderWay call = new UnderWay(permit, new Answer(request));
    underWay.put(request, call);
    return call.outcome();
  }

  /** Blocks until the next call has started. */
  InferenceRequest awaitStart() throws InterruptedException {
    return started.take();
  }

  boolean hasStartedMore() {
    return !started.isEmpty();
  }

  void answer(InferenceRequest request) {
    UnderWay call = underWay.remove(request);
    call.permit().close();
    call.outcome().complete(outcome(request));
  }

  void breakOff(InferenceRequest request, Throwable error) {
    UnderWay call = underWay.remove(request);
    call.permit().close();
    call.outcome().completeExceptionally(error);
  }

  static InferenceOutcome outcome(InferenceRequest request) {
    return new Completed(
        request.fingerprint(), ScriptedProvider.YES, new Effort(1, 0, 1, Waste.NONE));
  }
}
