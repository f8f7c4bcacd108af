package io.penstock.pipeline;

import io.penstock.batch.PendingBatch;
import io.penstock.domain.Completion;
import io.penstock.domain.InferenceOutcome.Effort;
import io.penstock.domain.InferenceOutcome.Waste;
import io.penstock.domain.TokenUsage;
import io.penstock.domain.Usd;
import io.penstock.pipeline.HarvestTask.Request;
import io.penstock.pipeline.RuntimeSettings.Model;
import io.penstock.pipeline.RuntimeSettings.RunPlace;
import io.penstock.provider.BatchLine;
import io.penstock.provider.ProviderBatch;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.ProviderException.Details;
import io.penstock.store.StoreEntry;
import io.penstock.store.StoreEntry.Asked;
import io.penstock.store.StoreEntry.Failure;
import io.penstock.store.StoreEntry.Origin;
import java.time.Instant;

/** Makes the store's entries of a batch's results: of equal results equal ones. */
final class BatchRecorder {
  /** Not of a shard. */
  private static final int NO_SHARD = -1;

  private final Model model;
  private final PendingBatch batch;
  private final RunPlace place;
  private final BatchPricing pricing;
  private final Instant endedAt;

  BatchRecorder(Model model, PendingBatch batch, ProviderBatch seen, RunPlace place) {
    this.model = model;
    this.batch = batch;
    this.place = place;
    this.pricing = BatchPricing.of(model);
    this.endedAt = seen.endedAt() == null ? batch.creatingAt() : seen.endedAt();
  }

  StoreEntry entry(Request request, BatchLine line) {
    Completion answer = line.answer();
    if (answer != null) {
      ProviderException invalid = SchemaModel.invalid(model.settings(), answer).orElse(null);
      return invalid == null ? answered(request, answer) : failed(request, invalid);
    }
    return failed(request, line.failure());
  }

  private StoreEntry answered(Request request, Completion answer) {
    TokenUsage usage = withInput(request, answer);
    Completion told =
        new Completion(
            answer.text(),
            answer.toolCalls(),
            answer.finishReason(),
            answer.rawFinishReason(),
            answer.responseModel(),
            answer.responseId(),
            usage,
            answer.tokensEstimated());
    return new StoreEntry(
            id(request),
            request.fingerprint(),
            origin(request),
            told,
            null,
            effort(Waste.NONE),
            pricing.cost(usage),
            endedAt)
        .inBatch(pricing.listCost(usage));
  }

  /** Where the provider reports no usage the prompt was not at hand to be counted. */
  private static TokenUsage withInput(Request request, Completion answer) {
    long counted = request.measure().countedInputTokens();
    return answer.tokensEstimated()
        ? answer.usage().orWhereNone(() -> TokenUsage.of(counted, 0))
        : answer.usage();
  }

  private StoreEntry failed(Request request, ProviderException failure) {
    String message = String.valueOf(failure.getMessage());
    return new StoreEntry(
            id(request),
            request.fingerprint(),
            origin(request),
            null,
            new Failure(failure.kind(), message, failure.details().rawBody()),
            effort(waste(request, failure)),
            null,
            endedAt)
        .inBatch(null);
  }

  private static Effort effort(Waste waste) {
    return new Effort(1, 0, 0, waste);
  }

  /** A line that came with an answer was billed, whether that can be read or not. */
  private Waste waste(Request request, ProviderException failure) {
    TokenUsage usage = failure.details().usage();
    Usd cost = usage == null ? null : pricing.cost(usage);
    return switch (failure.billing()) {
      case BILLED -> cost == null ? possible(request) : new Waste(cost, Usd.ZERO);
      case POSSIBLE -> possible(request);
      case REFUSED, NOT_BILLED -> Waste.NONE;
    };
  }

  private static Waste possible(Request request) {
    return new Waste(Usd.ZERO, request.worst());
  }

  private String id(Request request) {
    return "batch-" + batch.batchId() + "-" + request.fingerprint();
  }

  private Origin origin(Request request) {
    boolean counted = request.measure().countedInputTokens() > 0;
    return new Origin(
        batch.intent().runId(),
        NO_SHARD,
        batch.intent().identity(),
        batch.intent().requestModel(),
        place.priceVersion(),
        new Asked(
            batch.intent().job(),
            counted ? request.measure().countedInputTokens() : null,
            counted ? request.measure().promptHash() : null));
  }

  /** Of a line for which the provider did not take the batch. */
  static ProviderException refusal(ProviderBatch.Problem problem) {
    return new ProviderException(
        problem.kind(), Billing.NOT_BILLED, 0, problem.message(), Details.NONE);
  }
}
