package io.penstock.pipeline;

import io.penstock.cluster.ExecutorLink;
import io.penstock.domain.Completion;
import io.penstock.domain.FailureKind;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.ProviderSecrets;
import io.penstock.inference.ModelCaller;
import io.penstock.inference.RetryPolicy;
import io.penstock.inference.StopSignal;
import io.penstock.limit.Limiter;
import io.penstock.pipeline.RuntimeSettings.Model;
import io.penstock.provider.ModelProvider;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.store.Intent;
import io.penstock.store.Journal;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Puts an executor's lanes together. */
final class LaneWiring {
  private final RuntimeSettings settings;
  private final Journal journal;
  private final Control control;
  private final ExecutorLink link;
  private final Map<String, Limiter> limiters;
  private final @Nullable ExecutorBudget budget;

  /** What all lanes of a runtime share. */
  record Control(RunClock clock, StopSignal stop, RunCounters counters) {}

  /**
   * @param limiters by account
   * @param budget null where the run has no budget
   */
  LaneWiring(
      RuntimeSettings settings,
      Journal journal,
      Control control,
      ExecutorLink link,
      Map<String, Limiter> limiters,
      @Nullable ExecutorBudget budget) {
    this.settings = settings;
    this.journal = journal;
    this.control = control;
    this.link = link;
    this.limiters = limiters;
    this.budget = budget;
  }

  ModelLane lane(Model model) {
    Limiter limiter = limiters.get(model.limits().account());
    NeedEstimate needs =
        new NeedEstimate(
            model.settings().maxOutputTokens(),
            ModelPricing.tokens(model.price()).expectedFactor());
    ModelPricing pricing = new ModelPricing(model.settings(), model.price());
    RekeyedModel provider =
        new RekeyedModel(
            model.settings().endpoint().name(),
            link,
            (secrets, calls) -> watched(connect(model, secrets, calls, limiter), pricing, needs),
            model.limits().mostPerExecutor(),
            control.clock());
    ModelProvider checked = SchemaModel.of(model.settings(), leased(provider));
    BudgetedModel budgeted = budget == null ? null : budget.paying(checked, pricing, journal);
    return new ModelLane(
        limiter,
        needs,
        budget == null ? new IntentsAhead(limiter::permits) : null,
        pricing,
        new ModelCaller(
            budgeted == null ? checked : budgeted,
            retryPolicy(),
            pricing,
            control.clock(),
            control.stop()),
        new OutcomeRecorder(journal, settings.place(), model.settings(), pricing),
        budgeted);
  }

  private ModelProvider connect(Model model, ProviderSecrets secrets, int calls, Limiter limiter) {
    return settings
        .providers()
        .connect(
            model.settings(), secrets, calls, learnt -> limiter.learn(LimitWiring.rates(learnt)));
  }

  private RetryPolicy retryPolicy() {
    RuntimeSettings.Retries retries = settings.retries();
    return new RetryPolicy(
        new RetryPolicy.Bounds(
            retries.maxAttempts(),
            retries.maxPaidAttempts(),
            Duration.ofSeconds(retries.rowDeadlineSeconds())),
        (RandomGenerator) () -> ThreadLocalRandom.current().nextLong());
  }

  /** An attempt starts only while the driver's lease is valid: orphans must not go on paying. */
  private ModelProvider leased(ModelProvider provider) {
    return request -> {
      CompletableFuture<Void> lease = link.whenLeased(settings.place().runId());
      if (lease.isDone() && !lease.isCompletedExceptionally() && !control.stop().isStopped()) {
        return provider.complete(request);
      }
      return lease
          .handleAsync((granted, error) -> complete(provider, request, error), control.clock())
          .thenCompose(answer -> answer);
    };
  }

  private CompletableFuture<Completion> complete(
      ModelProvider provider, InferenceRequest request, @Nullable Throwable noLease) {
    if (noLease != null) {
      control
          .stop()
          .stop(
              new StopSignal.Cause(
                  FailureKind.NOT_ATTEMPTED, String.valueOf(noLease.getMessage())));
    }
    return control
        .stop()
        .cause()
        .map(cause -> CompletableFuture.<Completion>failedFuture(notAttempted(cause)))
        .orElseGet(() -> provider.complete(request));
  }

  private static ProviderException notAttempted(StopSignal.Cause cause) {
    return new ProviderException(
        cause.kind() == FailureKind.BUDGET ? cause.kind() : FailureKind.NOT_ATTEMPTED,
        Billing.NOT_BILLED,
        0,
        cause.message(),
        ProviderException.Details.NONE);
  }

  /**
   * So that a provider that refuses everything shows in the progress before any row ends, and so
   * that what an attempt may have cost is known even if this JVM is killed before the row ends.
   */
  private ModelProvider watched(ModelProvider provider, ModelPricing pricing, NeedEstimate needs) {
    return request ->
        provider
            .complete(request)
            .whenComplete(
                (completion, error) -> {
                  control.counters().attemptEnded(error);
                  if (completion != null) {
                    needs.observe(request, completion.usage());
                  }
                  if (budget == null
                      && error instanceof ProviderException failure
                      && mayHaveCost(failure)) {
                    journal.intend(new Intent(request.fingerprint(), pricing.worstCase(request)));
                  }
                });
  }

  private static boolean mayHaveCost(ProviderException failure) {
    return failure.billing() == Billing.POSSIBLE || failure.billing() == Billing.BILLED;
  }
}
