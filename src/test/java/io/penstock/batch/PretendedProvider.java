package io.penstock.batch;

import io.penstock.domain.FailureKind;
import io.penstock.domain.InferenceRequest;
import io.penstock.provider.BatchFile;
import io.penstock.provider.BatchLimits;
import io.penstock.provider.BatchLine;
import io.penstock.provider.BatchOrder;
import io.penstock.provider.BatchProvider;
import io.penstock.provider.ProviderBatch;
import io.penstock.provider.ProviderBatch.Counts;
import io.penstock.provider.ProviderBatch.Problem;
import io.penstock.provider.ProviderBatch.State;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.ProviderException.Details;
import io.penstock.provider.ResultLines;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A Batch API in memory, that can lose answers and hide batches. */
final class PretendedProvider implements BatchProvider {
  final Map<String, ProviderBatch> batches = new LinkedHashMap<>();
  final Map<String, List<String>> requests = new HashMap<>();
  final List<String> calls = new ArrayList<>();
  boolean losesCreations;
  boolean hides;
  @Nullable ProviderException refusal;

  private final InstantSource clock;
  private final boolean uploadsFirst;

  PretendedProvider(InstantSource clock, boolean uploadsFirst) {
    this.clock = clock;
    this.uploadsFirst = uploadsFirst;
  }

  static ProviderException failure(FailureKind kind, Billing billing, String message) {
    return new ProviderException(kind, billing, 0, message, Details.NONE);
  }

  @Override
  public BatchLimits limits() {
    return new BatchLimits(100, 10_000);
  }

  @Override
  public boolean uploadsFirst() {
    return uploadsFirst;
  }

  @Override
  public byte[] line(InferenceRequest request) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String upload(BatchFile file) throws ProviderException {
    calls.add("upload " + file.name());
    refuseIfAsked();
    return "file-" + calls.size();
  }

  private void refuseIfAsked() throws ProviderException {
    if (refusal != null) {
      throw refusal;
    }
  }

  @Override
  public ProviderBatch create(BatchOrder order) throws ProviderException {
    return create(order, List.of());
  }

  ProviderBatch create(BatchOrder order, List<String> ids) throws ProviderException {
    calls.add("create " + order.file().name());
    refuseIfAsked();
    String id = "batch-" + (batches.size() + 1);
    ProviderBatch made = shown(id, State.IN_PROGRESS, ids.size(), order.tags(), null);
    batches.put(id, made);
    requests.put(id, ids);
    if (losesCreations) {
      throw failure(FailureKind.NETWORK, Billing.POSSIBLE, "the answer got lost");
    }
    return made;
  }

  private ProviderBatch shown(
      String id, State state, long total, Map<String, String> tags, @Nullable String error) {
    List<Problem> problems =
        error == null ? List.of() : List.of(new Problem(FailureKind.INVALID_REQUEST, error, null));
    return new ProviderBatch(
        id,
        state,
        clock.instant(),
        null,
        null,
        new Counts(total, 0, 0),
        tags,
        List.of(),
        error,
        problems);
  }

  /** As somebody else sees it who knows nothing of it. */
  void foreign(String id, List<String> ids) {
    batches.put(id, shown(id, State.COMPLETED, ids.size(), Map.of(), null));
    requests.put(id, ids);
  }

  void end(String id, State state, @Nullable String error) {
    ProviderBatch was = batches.get(id);
    batches.put(id, shown(id, state, was.counts().total(), was.tags(), error));
  }

  @Override
  public ProviderBatch retrieve(String batchId) throws ProviderException {
    calls.add("retrieve " + batchId);
    return Optional.ofNullable(batches.get(batchId))
        .filter(batch -> !hides)
        .orElseThrow(() -> failure(FailureKind.NOT_FOUND, Billing.NOT_BILLED, "no such batch"));
  }

  @Override
  public List<ProviderBatch> list(Instant since) {
    calls.add("list");
    return hides
        ? List.of()
        : batches.values().stream().filter(one -> !one.createdAt().isBefore(since)).toList();
  }

  @Override
  public ProviderBatch cancel(String batchId) {
    calls.add("cancel " + batchId);
    end(batchId, State.CANCELLING, null);
    return batches.get(batchId);
  }

  @Override
  public void results(ProviderBatch batch, ResultLines each) throws IOException {
    for (String id : requests.get(batch.id())) {
      each.line(BatchLine.failed(id, failure(FailureKind.EXPIRED, Billing.NOT_BILLED, "expired")));
    }
  }

  @Override
  public void forget(String uploadId) {
    calls.add("forget " + uploadId);
  }
}
