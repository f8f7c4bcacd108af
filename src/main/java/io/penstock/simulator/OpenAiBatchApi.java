package io.penstock.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.simulator.LineAnswers.Format;
import io.penstock.simulator.OpenAiBatch.Asked;
import io.penstock.simulator.OpenAiBatch.Checked;
import io.penstock.simulator.OpenAiBatch.Problem;
import io.penstock.simulator.Shelf.Page;
import io.penstock.simulator.batch.BatchFault;
import io.penstock.simulator.batch.BatchOptions.Limits;
import io.penstock.simulator.batch.BatchPlan;
import io.penstock.simulator.batch.BatchResults;
import io.penstock.simulator.batch.SpooledRequests;
import io.undertow.util.HeaderMap;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI's batches, per its published OpenAPI document 2.3.0 (read 2026-08), of chat completions;
 * also by Azure's addresses. Thread-safe.
 */
final class OpenAiBatchApi {
  private static final String ENDPOINT = "/v1/chat/completions";
  private static final String INVALID_REQUEST = "invalid_request_error";
  private static final long MOST_REQUESTS = 50_000;
  private static final long MOST_REQUESTS_ON_AZURE = 100_000;
  private static final long MOST_BYTES = 200L << 20;
  private static final int USUALLY_LISTED = 20;
  private static final int MOST_LISTED = 100;
  private static final int MOST_METADATA = 16;
  private static final int MOST_KEY_CHARS = 64;
  private static final int MOST_VALUE_CHARS = 512;

  private final BatchAccount account;
  private final OpenAiFileApi files;
  private final WireDialect dialect;

  OpenAiBatchApi(BatchAccount account, OpenAiFileApi files, WireDialect dialect) {
    this.account = account;
    this.files = files;
    this.dialect = dialect;
  }

  BatchReply answer(BatchCall call) throws ApiException, IOException {
    return switch (call.shape()) {
      case "POST /batches" -> create(call);
      case "GET /batches" -> BatchReply.json(list(call));
      case "GET /batches/*" -> BatchReply.json(json(find(call.id())));
      case "POST /batches/*/cancel" -> BatchReply.json(cancel(find(call.id())));
      default -> throw dialect.unknownPath(call.method(), call.exchange().getRequestPath());
    };
  }

  private OpenAiBatch find(String id) throws ApiException {
    return account
        .openAi()
        .find(id, account.now())
        .orElseThrow(
            () -> {
              String message = "No batch found with id '" + id + "'.";
              return new ApiException(404, INVALID_REQUEST, message, null, null);
            });
  }

  private byte[] json(OpenAiBatch batch) throws IOException {
    OpenAiBatch.View view = batch.settle(account.files());
    return WireDialect.json(json -> OpenAiBatchJson.write(json, batch, view));
  }

  private byte[] cancel(OpenAiBatch batch) throws ApiException, IOException {
    if (!batch.batch().cancel()) {
      String state = batch.settle(account.files()).standing().state().word();
      String message = "Cannot cancel a batch with status '" + state + "'.";
      throw new ApiException(409, INVALID_REQUEST, message, null, null);
    }
    return json(batch);
  }

  private byte[] list(BatchCall call) throws ApiException {
    Page<OpenAiBatch> page =
        Shelf.after(
                account.openAi().visible(account.now()),
                call.query("after"),
                call.limit(USUALLY_LISTED, MOST_LISTED, dialect))
            .orElseThrow(() -> dialect.invalid("after", "invalid_value", "is no batch's id"));
    return OpenAiBatchJson.list(
        page, (json, batch) -> OpenAiBatchJson.write(json, batch, batch.settle(account.files())));
  }

  private BatchReply create(BatchCall call) throws ApiException, IOException {
    RequestFields fields = call.json(dialect);
    String endpoint = fields.requiredText("endpoint");
    if (!endpoint.equals(ENDPOINT)
        && !(call.isAzure() && endpoint.equals(OpenAiBatchCheck.withoutVersion(ENDPOINT)))) {
      throw dialect.invalid(
          "endpoint", "invalid_value", "must be " + ENDPOINT + ": the simulator plays no other");
    }
    if (!fields.requiredText("completion_window").equals("24h")) {
      throw dialect.invalid("completion_window", "invalid_value", "must be 24h");
    }
    Map<String, String> metadata = metadata(fields.within("metadata"), fields.has("metadata"));
    StoredFile input = files.file(fields.requiredText("input_file_id"));
    if (!input.purpose().equals("batch")) {
      throw dialect.invalid("input_file_id", "invalid_value", "is no file of purpose 'batch'");
    }
    long number = account.nextBatch();
    OpenAiBatch batch =
        start(input, new Asked(input.id(), endpoint, metadata, call.isAzure()), number);
    return BatchReply.json(OpenAiBatchJson.created(batch))
        .after(account.options().delays().create())
        .lostIf(account.chance().happens(BatchFault.LOST_CREATE, number));
  }

  private @Nullable Map<String, String> metadata(RequestFields fields, boolean isThere)
      throws ApiException {
    if (!isThere) {
      return null;
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    for (String key : fields.names()) {
      JsonNode value = fields.value(key);
      if (!value.isTextual()
          || key.length() > MOST_KEY_CHARS
          || value.textValue().length() > MOST_VALUE_CHARS) {
        throw dialect.invalid(
            "metadata", "invalid_value", "must be strings of at most 512 for keys of at most 64");
      }
      metadata.put(key, value.textValue());
    }
    if (metadata.size() > MOST_METADATA) {
      throw dialect.invalid("metadata", "invalid_value", "must be at most 16 pairs");
    }
    return metadata;
  }

  private OpenAiBatch start(StoredFile input, Asked asked, long number) throws IOException {
    SpooledRequests requests = SpooledRequests.in(input.path());
    Checked checked = new OpenAiBatchCheck(rules(asked), requests).check(input.path());
    if (account.chance().happens(BatchFault.FAILED, number)) {
      String message = "The batch was refused by a fault of the simulator.";
      checked = failed(checked, new Problem("invalid_request", message, null, null));
    }
    return put(asked, checked, requests, number);
  }

  private OpenAiBatchCheck.Rules rules(Asked asked) {
    Limits limits = account.options().limits();
    long usual = asked.isAzure() ? MOST_REQUESTS_ON_AZURE : MOST_REQUESTS;
    return new OpenAiBatchCheck.Rules(
        dialect,
        account.catalog(),
        asked.endpoint(),
        limits.requests() == null ? usual : limits.requests(),
        limits.bytes() == null ? MOST_BYTES : limits.bytes(),
        limits.enqueuedTokens() != null);
  }

  private static Checked failed(Checked checked, Problem problem) {
    return new Checked(List.of(problem), checked.model(), 0);
  }

  /** One at a time, so that two batches do not take the same room. */
  private synchronized OpenAiBatch put(
      Asked asked, Checked checked, SpooledRequests requests, long number) throws IOException {
    Checked fitting = checked.problems().isEmpty() ? withinLimit(checked) : checked;
    BatchPlan plan =
        fitting.problems().isEmpty()
            ? BatchPlan.of(account.now(), account.options(), requests.count(), number)
            : BatchPlan.failing(account.now(), account.options());
    Format format = new Format(dialect, new OpenAiBatchLines(), new HeaderMap(), ENDPOINT, false);
    BatchResults results = BatchResults.inTwoFiles(account.spool());
    OpenAiBatch batch =
        new OpenAiBatch(asked, fitting, account.start(plan, requests, format, results, number));
    account.openAi().put(batch);
    return batch;
  }

  private Checked withinLimit(Checked checked) throws IOException {
    Long limit = account.options().limits().enqueuedTokens();
    if (limit == null) {
      return checked;
    }
    long enqueued = checked.enqueuedTokens();
    for (OpenAiBatch other : account.openAi().all()) {
      if (other.checked().model().equals(checked.model())
          && !other.batch().standing().state().isEnd()) {
        enqueued += other.checked().enqueuedTokens();
      }
    }
    if (enqueued <= limit) {
      return checked;
    }
    String message =
        "Enqueued token limit reached for %s in organization org-simulator. Limit: %,d enqueued"
            + " tokens. Please try again once some in_progress batches have been completed.";
    String text = String.format(Locale.ROOT, message, checked.model(), limit);
    return failed(checked, new Problem("token_limit_exceeded", text, null, null));
  }
}
