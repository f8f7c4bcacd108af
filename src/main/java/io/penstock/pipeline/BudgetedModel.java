package io.penstock.pipeline;

import io.penstock.domain.Completion;
import io.penstock.domain.FailureKind;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Usd;
import io.penstock.inference.StopSignal;
import io.penstock.limit.BeyondBudgetException;
import io.penstock.limit.Purse;
import io.penstock.provider.ModelProvider;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.store.Intent;
import io.penstock.store.Journal;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends an attempt once its worst case is reserved in the purse and stands in the journal, and
 * settles both when it has ended. Thread-safe; holds no thread while it waits.
 *
 * <p>At any line the journal knows of no more money than the purse: what an attempt leaves is
 * written before it is free for others. So what a killed executor leaves in doubt was within its
 * limit.
 */
final class BudgetedModel implements ModelProvider {
  private final ModelProvider provider;
  private final ModelPricing pricing;
  private final Journal journal;
  private final Spending spending;
  private final ConcurrentHashMap<Fingerprint, CompletableFuture<Void>> prepared =
      new ConcurrentHashMap<>();

  /**
   * What all models of a runtime share.
   *
   * @param threads on which attempts go on that had to wait
   */
  record Spending(Purse purse, RunBudget budget, StopSignal stop, Executor threads) {}

  BudgetedModel(ModelProvider provider, ModelPricing pricing, Journal journal, Spending spending) {
    this.provider = provider;
    this.pricing = pricing;
    this.journal = journal;
    this.spending = spending;
  }

  /**
   * Has the first attempt of a request reserved, so that the wait for it is no part of the call.
   * Completes when {@link #complete} should be asked, which then says what came of it; never
   * exceptionally.
   */
  CompletableFuture<Void> prepare(InferenceRequest request) {
    CompletableFuture<Void> ready = reserve(request);
    prepared.put(request.fingerprint(), ready);
    return ready.exceptionally(error -> null);
  }

  @Override
  public CompletableFuture<Completion> complete(InferenceRequest request) {
    CompletableFuture<Void> ready = prepared.remove(request.fingerprint());
    return (ready == null ? reserve(request) : ready)
        .thenCompose(reserved -> send(request, pricing.worstCase(request)));
  }

  /** Fails with a {@link ProviderException}; nothing is reserved then. */
  private CompletableFuture<Void> reserve(InferenceRequest request) {
    Usd worst = pricing.worstCase(request);
    CompletableFuture<Void> reserved = spending.purse().reserve(worst.amount());
    if (reserved.isDone() && !reserved.isCompletedExceptionally()) {
      return intend(request, worst);
    }
    return onceDone(
        reserved, error -> error == null ? intend(request, worst) : failed(noMoney(worst, error)));
  }

  private CompletableFuture<Void> intend(InferenceRequest request, Usd worst) {
    CompletableFuture<Void> intended = journal.intend(new Intent(request.fingerprint(), worst));
    journal.hurry();
    return onceDone(
        intended,
        error ->
            error == null
                ? CompletableFuture.completedFuture(null)
                : failed(notIntended(worst, error)));
  }

  /** What happens next. */
  private interface Next {
    CompletableFuture<Void> after(@Nullable Throwable error);
  }

  /** Not on the thread that brings it: that is the journal's, or another call's. */
  private CompletableFuture<Void> onceDone(CompletableFuture<Void> awaited, Next next) {
    return awaited
        .handleAsync((done, error) -> next.after(error), spending.threads())
        .thenCompose(answer -> answer);
  }

  /** An answer is told first, so that its entry is queued before its money is free. */
  private CompletableFuture<Completion> send(InferenceRequest request, Usd worst) {
    CompletableFuture<Completion> result = new CompletableFuture<>();
    sent(() -> provider.complete(request))
        .whenComplete(
            (answer, error) -> {
              if (error == null) {
                result.complete(answer);
                settle(worst, pricing.cost(answer.usage()));
              } else {
                Usd cost = cost(error, worst);
                giveBack(request, worst, cost);
                settle(worst, cost);
                result.completeExceptionally(error);
              }
            });
    return result;
  }

  private static CompletableFuture<Completion> sent(
      Supplier<CompletableFuture<Completion>> attempt) {
    try {
      return attempt.get();
    } catch (RuntimeException e) {
      return failed(ProviderException.unwritable(e));
    }
  }

  /** The intent of the attempt becomes one of what it cost, until the request has its entry. */
  private void giveBack(InferenceRequest request, Usd worst, Usd cost) {
    if (!cost.equals(worst)) {
      Usd less = new Usd(cost.amount().subtract(worst.amount()));
      journal.intend(new Intent(request.fingerprint(), less));
    }
  }

  private void settle(Usd worst, Usd cost) {
    spending.purse().settle(worst.amount(), cost.amount());
  }

  /** Of an attempt that failed, at the most. */
  private Usd cost(Throwable error, Usd worst) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    if (!(cause instanceof ProviderException failure)) {
      return worst;
    }
    return switch (failure.billing()) {
      case REFUSED, NOT_BILLED -> Usd.ZERO;
      case POSSIBLE -> worst;
      case BILLED ->
          failure.details().usage() == null ? worst : pricing.cost(failure.details().usage());
    };
  }

  private ProviderException noMoney(Usd worst, Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    if (cause instanceof BeyondBudgetException beyond) {
      return notSent(FailureKind.BUDGET, spending.budget().refusal(worst, beyond.left()));
    }
    return spending
        .stop()
        .cause()
        .map(why -> notSent(why.kind(), why.message()))
        .orElseGet(() -> notSent(FailureKind.NOT_ATTEMPTED, "the run ended"));
  }

  /** What cannot be kept is not bought. */
  private ProviderException notIntended(Usd worst, Throwable error) {
    settle(worst, Usd.ZERO);
    String why = StoreFailedException.describe(error);
    spending.stop().stop(new StopSignal.Cause(FailureKind.NOT_ATTEMPTED, why));
    return notSent(FailureKind.NOT_ATTEMPTED, why);
  }

  private static ProviderException notSent(FailureKind kind, String message) {
    FailureKind told = kind == FailureKind.BUDGET ? kind : FailureKind.NOT_ATTEMPTED;
    return new ProviderException(
        told, Billing.NOT_BILLED, 0, message, ProviderException.Details.NONE);
  }

  private static <T> CompletableFuture<T> failed(ProviderException failure) {
    return CompletableFuture.failedFuture(failure);
  }
}
