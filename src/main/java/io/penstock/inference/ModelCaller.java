package io.penstock.inference;

import io.penstock.domain.Completion;
import io.penstock.domain.FailureKind;
import io.penstock.domain.InferenceOutcome;
import io.penstock.domain.InferenceOutcome.Completed;
import io.penstock.domain.InferenceOutcome.Effort;
import io.penstock.domain.InferenceOutcome.Failed;
import io.penstock.domain.InferenceOutcome.Waste;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.TokenUsage;
import io.penstock.domain.Usd;
import io.penstock.inference.RetryPolicy.History;
import io.penstock.limit.Limiter.Permit;
import io.penstock.limit.Need;
import io.penstock.limit.Refusal;
import io.penstock.limit.Scheduler;
import io.penstock.provider.ModelProvider;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Carries one request through its attempts. Thread-safe; holds no thread while it waits.
 *
 * <p>A failure that would meet every row stops the run; what is in flight then is still awaited,
 * since it is paid.
 */
public final class ModelCaller {
  /** What speaks of a provider in trouble, not of a request. */
  private static final Set<FailureKind> UNHEALTHY =
      Set.of(
          FailureKind.SERVER_ERROR,
          FailureKind.TIMEOUT,
          FailureKind.NETWORK,
          FailureKind.UNREADABLE_RESPONSE);

  /** Of an attempt that never was. */
  private static final Set<FailureKind> NOT_SENT =
      Set.of(FailureKind.NOT_ATTEMPTED, FailureKind.BUDGET);

  private final ModelProvider provider;
  private final RetryPolicy retries;
  private final AttemptPricing pricing;
  private final Scheduler scheduler;
  private final StopSignal stop;

  public ModelCaller(
      ModelProvider provider,
      RetryPolicy retries,
      AttemptPricing pricing,
      Scheduler scheduler,
      StopSignal stop) {
    this.provider = provider;
    this.retries = retries;
    this.pricing = pricing;
    this.scheduler = scheduler;
    this.stop = stop;
  }

  /**
   * Completes with the outcome once the last attempt has ended, on whatever thread that was; never
   * exceptionally.
   *
   * @param permit closed when the last attempt has ended, before the future completes
   */
  public CompletableFuture<InferenceOutcome> call(InferenceRequest request, Permit permit) {
    Row row = new Row(request, permit);
    row.attempt();
    return row.outcome;
  }

  /** One request's state; its fields are touched by one attempt at a time. */
  private final class Row {
    private final InferenceRequest request;
    private final Permit permit;
    private final CompletableFuture<InferenceOutcome> outcome = new CompletableFuture<>();
    private final long startedNanos = scheduler.nanoTime();
    private History history = History.NONE;
    private Waste waste = Waste.NONE;
    private int rateLimited;
    private final Quarantine quarantine = new Quarantine();

    Row(InferenceRequest request, Permit permit) {
      this.request = request;
      this.permit = permit;
    }

    void attempt() {
      send().whenComplete(this::ended);
    }

    private CompletableFuture<Completion> send() {
      try {
        return provider.complete(request);
      } catch (RuntimeException e) {
        return CompletableFuture.failedFuture(ProviderException.unwritable(e));
      }
    }

    private void ended(Completion completion, Throwable error) {
      if (error == null) {
        int attempts = history.attempts() + 1;
        permit.succeeded(used(completion.usage()));
        finish(new Completed(request.fingerprint(), completion, effort(attempts)));
        return;
      }
      ProviderException failure = asProviderException(error);
      if (NOT_SENT.contains(failure.kind())) {
        fail(failure);
        return;
      }
      tell(failure);
      history = history.with(failure, elapsed());
      waste = waste.plus(wasteOf(failure));
      rateLimited += failure.isTooManyRequests() ? 1 : 0;
      if (failure.kind().stopsRun() && !failure.isSuperseded()) {
        stop.stop(new StopSignal.Cause(failure.kind(), failure.getMessage()));
      }
      if (quarantine.holds(failure, permit.successesOfAll())) {
        fail(quarantined(failure));
        return;
      }
      retries
          .delayAfter(failure, history)
          .ifPresentOrElse(wait -> retryAfter(wait, failure), () -> fail(failure));
    }

    private void tell(ProviderException failure) {
      switch (failure.pressure()) {
        case TOO_FAST -> refused(Refusal.TOO_FAST, failure);
        case TOO_MANY -> refused(Refusal.TOO_MANY, failure);
        case OVERLOADED -> refused(Refusal.OVERLOADED, failure);
        case NONE -> {
          TokenUsage usage = failure.details().usage();
          if (UNHEALTHY.contains(failure.kind())) {
            permit.unhealthy();
          } else if (failure.kind() == FailureKind.INVALID_RESPONSE && usage != null) {
            permit.succeeded(used(usage)); // of the account's limits it is an answer like any other
          }
        }
      }
    }

    private void refused(Refusal why, ProviderException failure) {
      permit.refused(why, failure.details().retryAfter());
    }

    private void retryAfter(Duration wait, ProviderException failure) {
      if (stop.isStopped()) {
        giveUp(failure);
        return;
      }
      permit.suspend();
      Wake wake = new Wake(this, failure);
      stop.listen(wake);
      scheduler.after(wait, wake);
    }

    private void stopWaiting(Wake wake, ProviderException failure) {
      stop.forget(wake);
      long untilNanos = startedNanos + retries.rowDeadline().toNanos();
      permit
          .resume(untilNanos)
          .whenComplete(
              (resumed, overdue) -> {
                if (overdue == null) {
                  again(failure);
                } else {
                  fail(failure);
                }
              });
    }

    private void again(ProviderException failure) {
      if (stop.isStopped()) {
        giveUp(failure);
      } else {
        attempt();
      }
    }

    /** It would have been tried again: its last failure says nothing final of it. */
    private void giveUp(ProviderException failure) {
      Optional<StopSignal.Cause> budget =
          stop.cause().filter(cause -> cause.kind() == FailureKind.BUDGET);
      String why = budget.map(cause -> cause.message() + "; ").orElse("");
      finish(
          new Failed(
              request.fingerprint(),
              budget.map(StopSignal.Cause::kind).orElse(FailureKind.NOT_ATTEMPTED),
              why + "the run stopped before it was tried again: " + failure.getMessage(),
              "",
              effort(history.attempts())));
    }

    private void fail(ProviderException failure) {
      finish(
          new Failed(
              request.fingerprint(),
              failure.kind(),
              String.valueOf(failure.getMessage()),
              failure.details().rawBody(),
              effort(history.attempts())));
    }

    private void finish(InferenceOutcome result) {
      permit.close();
      outcome.complete(result);
    }

    private Effort effort(int attempts) {
      return new Effort(attempts, rateLimited, elapsed().toMillis(), waste);
    }

    private Duration elapsed() {
      return Duration.ofNanos(scheduler.nanoTime() - startedNanos);
    }

    private Waste wasteOf(ProviderException failure) {
      if (failure.billing() == Billing.POSSIBLE) {
        return new Waste(Usd.ZERO, pricing.worstCase(request));
      }
      boolean billed = failure.billing() == Billing.BILLED && failure.details().usage() != null;
      return billed ? new Waste(pricing.cost(failure.details().usage()), Usd.ZERO) : Waste.NONE;
    }
  }

  private static Need used(TokenUsage usage) {
    return new Need(usage.inputTokens(), usage.outputTokens());
  }

  private static ProviderException quarantined(ProviderException failure) {
    return failure.with(
        "quarantined: the same failure %d times, while other requests were answered: %s"
            .formatted(Quarantine.FAILURES, failure.getMessage()),
        failure.details());
  }

  /** Ends a row's wait: when its delay is over or the run stops, whichever is first. */
  private static final class Wake implements Runnable {
    private final Row row;
    private final ProviderException failure;
    private final AtomicBoolean done = new AtomicBoolean();

    Wake(Row row, ProviderException failure) {
      this.row = row;
      this.failure = failure;
    }

    @Override
    public void run() {
      if (done.compareAndSet(false, true)) {
        row.stopWaiting(this, failure);
      }
    }
  }

  /**
   * Anything else than a provider's exception is a fault of ours in reading an answer that was
   * paid.
   */
  private static ProviderException asProviderException(Throwable error) {
    Throwable cause =
        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    if (cause instanceof ProviderException failure) {
      return failure;
    }
    String message = "The answer could not be handled: " + cause.getClass().getName();
    return new ProviderException(
        FailureKind.UNREADABLE_RESPONSE,
        Billing.POSSIBLE,
        0,
        message,
        ProviderException.Details.NONE);
  }
}
