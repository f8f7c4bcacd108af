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
import io.penstock.provider.ResultLines;
import io.penstock.store.HaltingFileSystem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Batch API in memory that does what it is asked for by the clock. What changes something there
 * is a step at which the client may be killed.
 */
final class RehearsedProvider implements BatchProvider {
  private static final Duration TAKES = Duration.ofSeconds(90);
  private static final Duration HIDDEN = Duration.ofSeconds(60);

  /** Whose limit a queue of 2 requests fills. */
  private static final String QUEUE_FULL =
      "token_limit_exceeded: enqueued token limit reached. Limit: 3,000 enqueued tokens.";

  final Map<String, List<String>> uploads = new LinkedHashMap<>();

  /** Requests that batches were made of, as often as they are paid. */
  final List<String> paid = new ArrayList<>();

  private final InstantSource clock;
  private final Scene scene;
  private final Map<String, Made> batches = new LinkedHashMap<>();
  private int uploadsMade;

  /** What goes wrong, and how the provider takes batches. */
  enum Scene {
    UPLOADED,
    OF_LINES,
    UPLOADED_LOST_CREATIONS,
    OF_LINES_LOST_CREATIONS,
    UPLOADED_HIDDEN,
    OF_LINES_HIDDEN,
    UPLOADED_QUEUE_FULL,
    UPLOADED_HALF_EXPIRED,
    OF_LINES_HALF_EXPIRED;

    private boolean is(String what) {
      return name().endsWith(what);
    }
  }

  /**
   * @param end which it comes to
   * @param done requests that are answered by then
   */
  private record Made(
      Instant createdAt, List<String> requests, Map<String, String> tags, State end, int done) {}

  RehearsedProvider(InstantSource clock, Scene scene) {
    this.clock = clock;
    this.scene = scene;
  }

  /** Its own, as one that fails in the middle would not. */
  private static void step() {
    try {
      HaltingFileSystem.step();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void requireAlive() {
    if (HaltingFileSystem.isDead()) {
      throw new IllegalStateException("killed");
    }
  }

  private static ProviderException failure(FailureKind kind, Billing billing, String message) {
    return new ProviderException(kind, billing, 0, message, ProviderException.Details.NONE);
  }

  @Override
  public BatchLimits limits() {
    return new BatchLimits(100, 10_000);
  }

  @Override
  public boolean uploadsFirst() {
    return scene.name().startsWith("UPLOADED");
  }

  @Override
  public byte[] line(InferenceRequest request) {
    throw new UnsupportedOperationException();
  }

  private static List<String> requests(BatchFile file) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(file.open(), StandardCharsets.UTF_8))) {
      return lines.lines().map(line -> line.split(",", 2)[0]).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String upload(BatchFile file) {
    step();
    String id = "file-" + ++uploadsMade;
    uploads.put(id, requests(file));
    return id;
  }

  @Override
  public ProviderBatch create(BatchOrder order) throws ProviderException {
    step();
    String uploadId = order.uploadId();
    List<String> requests = uploadId == null ? requests(order.file()) : uploads.get(uploadId);
    if (requests == null) {
      throw failure(FailureKind.INVALID_REQUEST, Billing.NOT_BILLED, "no such file: " + uploadId);
    }
    String id = "batch-" + (batches.size() + 1);
    Made made = made(requests, order.tags());
    batches.put(id, made);
    paid.addAll(requests.subList(0, made.done()));
    if (scene.is("LOST_CREATIONS") && batches.size() <= 2) {
      throw failure(FailureKind.NETWORK, Billing.POSSIBLE, "the answer got lost");
    }
    return shown(id);
  }

  private Made made(List<String> requests, Map<String, String> tags) {
    boolean isFull = scene.is("QUEUE_FULL") && batches.values().stream().anyMatch(this::isRunning);
    boolean expires = scene.is("HALF_EXPIRED") && batches.size() < 2;
    State end = isFull ? State.FAILED : expires ? State.EXPIRED : State.COMPLETED;
    int done = isFull ? 0 : expires ? requests.size() / 2 : requests.size();
    return new Made(clock.instant(), requests, tags, end, done);
  }

  private boolean isRunning(Made batch) {
    return batch.end() != State.FAILED && clock.instant().isBefore(batch.createdAt().plus(TAKES));
  }

  private ProviderBatch shown(String id) {
    Made batch = batches.get(id);
    boolean hasFailed = batch.end() == State.FAILED;
    return new ProviderBatch(
        id,
        isRunning(batch) ? State.IN_PROGRESS : batch.end(),
        batch.createdAt(),
        null,
        null,
        new Counts(batch.requests().size(), isRunning(batch) ? 0 : batch.done(), 0),
        uploadsFirst() ? batch.tags() : Map.of(),
        List.of(),
        hasFailed ? QUEUE_FULL : null,
        hasFailed ? List.of(new Problem(FailureKind.RATE_LIMITED, QUEUE_FULL, null)) : List.of());
  }

  private boolean isHidden(@Nullable Made batch) {
    return batch == null
        || scene.is("HIDDEN") && clock.instant().isBefore(batch.createdAt().plus(HIDDEN));
  }

  @Override
  public ProviderBatch retrieve(String batchId) throws ProviderException {
    requireAlive();
    if (isHidden(batches.get(batchId))) {
      throw failure(FailureKind.NOT_FOUND, Billing.NOT_BILLED, "no such batch");
    }
    return shown(batchId);
  }

  @Override
  public List<ProviderBatch> list(Instant since) {
    requireAlive();
    return batches.entrySet().stream()
        .filter(one -> !isHidden(one.getValue()) && !one.getValue().createdAt().isBefore(since))
        .map(one -> shown(one.getKey()))
        .toList();
  }

  @Override
  public ProviderBatch cancel(String batchId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void results(ProviderBatch batch, ResultLines each) throws IOException {
    for (String id : batches.get(batch.id()).requests()) {
      each.line(BatchLine.failed(id, failure(FailureKind.EXPIRED, Billing.NOT_BILLED, "expired")));
    }
  }

  /** Those that it answered. */
  List<String> answers(String batchId) {
    requireAlive();
    Made batch = batches.get(batchId);
    return batch.requests().subList(0, batch.done());
  }

  @Override
  public void forget(String uploadId) {
    step();
    uploads.remove(uploadId);
  }
}
