package io.penstock.provider.http;

import io.penstock.domain.FailureKind;
import io.penstock.domain.InferenceRequest;
import io.penstock.provider.BatchCodec;
import io.penstock.provider.BatchFile;
import io.penstock.provider.BatchLimits;
import io.penstock.provider.BatchOrder;
import io.penstock.provider.BatchProvider;
import io.penstock.provider.ProviderBatch;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.QueueLimit;
import io.penstock.provider.ResultLines;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import okhttp3.MultipartBody;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Batch API over HTTP. Thread-safe. */
final class HttpBatches implements BatchProvider {
  private static final Logger LOG = LoggerFactory.getLogger(HttpBatches.class);

  /** As {@link ProviderBatch} has it where the provider does not say. */
  private static final Instant UNKNOWN = Instant.EPOCH;

  /** The most that OpenAI gives at once. */
  private static final int PAGE_SIZE = 100;

  /** How a server says that it has a file but has not looked through it yet. */
  private static final Pattern NOT_YET =
      Pattern.compile(
          "\\bfile\\b.*\\b(not (yet )?(been )?(processed|ready|validated)|still|pending)\\b",
          Pattern.CASE_INSENSITIVE);

  /** What is said of an upload that comes too early, and of much else. */
  private static final Set<FailureKind> MAY_PASS =
      EnumSet.of(FailureKind.INVALID_REQUEST, FailureKind.SERVER_ERROR);

  private final BatchCodec codec;
  private final BatchCalls calls;
  private final long maxLineBytes;

  HttpBatches(BatchCodec codec, BatchCalls calls, long maxLineBytes) {
    this.codec = codec;
    this.calls = calls;
    this.maxLineBytes = maxLineBytes;
  }

  @Override
  public BatchLimits limits() {
    return codec.limits();
  }

  @Override
  public boolean uploadsFirst() {
    return codec.filesPath().isPresent();
  }

  @Override
  public byte[] line(InferenceRequest request) {
    return codec.line(request);
  }

  @Override
  public String upload(BatchFile file) throws ProviderException {
    LinesBody lines = LinesBody.asTheyAre(file);
    MultipartBody form =
        new MultipartBody.Builder()
            .setType(MultipartBody.FORM)
            .addFormDataPart("purpose", "batch")
            .addFormDataPart("file", file.name(), lines)
            .build();
    Request post = calls.at(filesPath()).newBuilder().post(form).build();
    byte[] answer = calls.order(post, lines);
    return told(codec::upload, answer).id();
  }

  @Override
  public boolean isUsable(String uploadId) throws ProviderException {
    return told(codec::upload, calls.ask(fileRequest(uploadId).get().build())).isUsable();
  }

  @Override
  public ProviderBatch create(BatchOrder order) throws ProviderException {
    byte[] body = codec.order(order.uploadId(), order.tags());
    Request.Builder post = calls.at(codec.batchesPath()).newBuilder();
    try {
      return batch(
          order.uploadId() == null
              ? createOf(LinesBody.within(body, order.file()), post)
              : calls.order(post.post(new OneShotJson(body)).build()));
    } catch (ProviderException e) {
      throw e.status() / 100 == 4 ? refusal(order, e) : e;
    }
  }

  private byte[] createOf(LinesBody lines, Request.Builder post) throws ProviderException {
    return calls.order(post.post(lines).build(), lines);
  }

  /** What passes with time is told apart from what would be refused again. */
  private ProviderException refusal(BatchOrder order, ProviderException refusal) {
    if (QueueLimit.isNamedIn(refusal.getMessage())) {
      return refusal.as(FailureKind.RATE_LIMITED, Billing.REFUSED);
    }
    String uploadId = order.uploadId();
    return uploadId != null && MAY_PASS.contains(refusal.kind()) && isEarly(uploadId, refusal)
        ? refusal.as(FailureKind.OVERLOADED, Billing.REFUSED)
        : refusal;
  }

  private boolean isEarly(String uploadId, ProviderException refusal) {
    if (NOT_YET.matcher(String.valueOf(refusal.getMessage())).find()) {
      return true;
    }
    try {
      return !isUsable(uploadId);
    } catch (ProviderException e) {
      LOG.debug("Not known whether upload {} can be used", uploadId, e);
      return false;
    }
  }

  @Override
  public ProviderBatch retrieve(String batchId) throws ProviderException {
    return batch(calls.ask(batchRequest(batchId).get().build()));
  }

  @Override
  public List<ProviderBatch> list(Instant since) throws ProviderException {
    Instant second = since.truncatedTo(ChronoUnit.SECONDS); // not all providers tell parts of it
    List<ProviderBatch> found = new ArrayList<>();
    String after = null;
    do {
      BatchCodec.Page page = page(after);
      boolean isOld = !found.addAll(notBefore(second, page));
      after = isOld || Objects.equals(page.next(), after) ? null : page.next();
    } while (after != null);
    return found.stream()
        .sorted(Comparator.comparing(ProviderBatch::createdAt).reversed())
        .map(batch -> batch.withWords(calls::masked))
        .toList();
  }

  private static List<ProviderBatch> notBefore(Instant since, BatchCodec.Page page) {
    return page.batches().stream()
        .filter(batch -> !batch.createdAt().isBefore(since) || batch.createdAt().equals(UNKNOWN))
        .toList();
  }

  @Override
  public ProviderBatch cancel(String batchId) throws ProviderException {
    Request.Builder request = batchRequest(batchId);
    HttpUrl url = request.build().url().newBuilder().addPathSegment("cancel").build();
    try {
      return batch(calls.ask(request.url(url).post(new OneShotJson(new byte[0])).build()));
    } catch (ProviderException e) {
      ProviderBatch batch = e.status() / 100 == 4 ? retrieve(batchId) : null;
      if (batch != null && isEnding(batch)) {
        return batch;
      }
      throw e;
    }
  }

  private static boolean isEnding(ProviderBatch batch) {
    return batch.state().hasEnded() || batch.state() == ProviderBatch.State.CANCELLING;
  }

  @Override
  public void results(ProviderBatch batch, ResultLines each) throws ProviderException, IOException {
    ResultReader reader = new ResultReader(codec, calls, each);
    for (String path : batch.resultPaths()) {
      try (ResultStream lines = new ResultStream(calls.open(path), maxLineBytes)) {
        reader.read(lines);
      }
    }
    reader.end(batch);
  }

  @Override
  public void forget(String uploadId) {
    try {
      calls.ask(fileRequest(uploadId).delete().build());
    } catch (ProviderException e) {
      LOG.info("Upload {} could not be deleted: {}", uploadId, e.getMessage());
    }
  }

  /** Reads an answer; what it throws is not told yet. */
  private interface Reading<T> {
    T read(byte[] answer) throws ProviderException;
  }

  private <T> T told(Reading<T> reading, byte[] answer) throws ProviderException {
    try {
      return reading.read(answer);
    } catch (ProviderException e) {
      throw calls.told(e);
    }
  }

  private ProviderBatch batch(byte[] answer) throws ProviderException {
    return told(codec::batch, answer).withWords(calls::masked);
  }

  private BatchCodec.Page page(@Nullable String after) throws ProviderException {
    Request first = calls.at(codec.batchesPath());
    HttpUrl.Builder url =
        first.url().newBuilder().setQueryParameter("limit", String.valueOf(PAGE_SIZE));
    if (after != null) {
      url.setQueryParameter(codec.afterParameter(), after);
    }
    return told(codec::page, calls.ask(first.newBuilder().url(url.build()).get().build()));
  }

  private Request.Builder batchRequest(String batchId) {
    return below(codec.batchesPath(), batchId);
  }

  private Request.Builder fileRequest(String uploadId) {
    return below(filesPath(), uploadId);
  }

  private Request.Builder below(String path, String id) {
    Request request = calls.at(path);
    return request.newBuilder().url(request.url().newBuilder().addPathSegment(id).build());
  }

  private String filesPath() {
    return codec.filesPath().orElseThrow(() -> new IllegalStateException("No files are kept here"));
  }
}
