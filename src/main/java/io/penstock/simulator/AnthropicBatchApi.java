package io.penstock.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.penstock.simulator.LineAnswers.Format;
import io.penstock.simulator.Shelf.Page;
import io.penstock.simulator.SimulatedRequest.Identity;
import io.penstock.simulator.batch.Batch;
import io.penstock.simulator.batch.BatchFault;
import io.penstock.simulator.batch.BatchPlan;
import io.penstock.simulator.batch.BatchRequest;
import io.penstock.simulator.batch.BatchResults;
import io.penstock.simulator.batch.BatchStanding;
import io.penstock.simulator.batch.BatchStanding.Tally;
import io.penstock.simulator.batch.BatchState;
import io.penstock.simulator.batch.LongSet;
import io.penstock.simulator.batch.RequestArray;
import io.penstock.simulator.batch.SpooledRequests;
import io.undertow.util.HeaderMap;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Anthropic's Message Batches, per its published OpenAPI document (read 2026-05). Thread-safe. */
final class AnthropicBatchApi {
  private static final long MOST_BYTES = 256L << 20;
  private static final String INVALID_REQUEST = "invalid_request_error";
  private static final long MOST_REQUESTS = 100_000;
  private static final int USUALLY_LISTED = 20;
  private static final int MOST_LISTED = 1_000;
  private static final int COPY_BYTES = 1 << 16;
  private static final Pattern CUSTOM_ID = Pattern.compile("[a-zA-Z0-9_-]{1,64}");
  private static final HeaderMap HEADERS = new HeaderMap().put(AnthropicWire.VERSION, "2023-06-01");

  private final BatchAccount account;
  private final WireDialect dialect = new AnthropicWire("batch");

  AnthropicBatchApi(BatchAccount account) {
    this.account = account;
  }

  BatchReply answer(BatchCall call) throws ApiException, IOException {
    if (!call.exchange().getRequestHeaders().contains(AnthropicWire.VERSION)) {
      throw badRequest("anthropic-version: header is required");
    }
    return switch (call.shape()) {
      case "POST /batches" -> create(call);
      case "GET /batches" -> BatchReply.json(list(call));
      case "GET /batches/*" -> BatchReply.json(json(find(call.id()), call.origin()));
      case "POST /batches/*/cancel" -> BatchReply.json(cancel(find(call.id()), call.origin()));
      case "GET /batches/*/results" -> results(find(call.id()));
      case "DELETE /batches/*" -> BatchReply.json(delete(find(call.id())));
      default -> throw dialect.unknownPath(call.method(), call.exchange().getRequestPath());
    };
  }

  private static ApiException badRequest(String message) {
    return new ApiException(400, INVALID_REQUEST, message);
  }

  private AnthropicBatch find(String id) throws ApiException {
    return account
        .anthropic()
        .find(id, account.now())
        .orElseThrow(() -> notFound("Message Batch '" + id + "' not found"));
  }

  private static ApiException notFound(String message) {
    return new ApiException(404, "not_found_error", message);
  }

  private byte[] cancel(AnthropicBatch batch, String origin) throws ApiException, IOException {
    if (!batch.batch().cancel()) {
      throw badRequest("Message Batch '" + batch.id() + "' has ended and cannot be canceled");
    }
    return json(batch, origin);
  }

  private BatchReply results(AnthropicBatch batch) throws ApiException, IOException {
    if (!batch.batch().standing().state().isEnd()) {
      throw notFound("Message Batch '" + batch.id() + "' has no results yet");
    }
    return BatchReply.file(batch.batch().results().succeededPath(), "application/x-jsonl");
  }

  private byte[] delete(AnthropicBatch batch) throws ApiException, IOException {
    if (!batch.batch().standing().state().isEnd()) {
      throw badRequest("Message Batch '" + batch.id() + "' has not ended; cancel it first");
    }
    account.anthropic().remove(batch.id());
    Files.deleteIfExists(batch.batch().results().succeededPath());
    return WireDialect.json(
        json -> {
          json.writeStringField("id", batch.id());
          json.writeStringField("type", "message_batch_deleted");
        });
  }

  private byte[] list(BatchCall call) throws ApiException {
    List<AnthropicBatch> all = account.anthropic().visible(account.now());
    int limit = call.limit(USUALLY_LISTED, MOST_LISTED, dialect);
    String before = call.query("before_id");
    Optional<Page<AnthropicBatch>> found =
        before == null
            ? Shelf.after(all, call.query("after_id"), limit)
            : Shelf.before(all, before, limit);
    Page<AnthropicBatch> page =
        found.orElseThrow(() -> badRequest("before_id or after_id: no such Message Batch"));
    String origin = call.origin();
    return WireDialect.json(
        json -> {
          json.writeArrayFieldStart("data");
          for (AnthropicBatch batch : page.things()) {
            json.writeStartObject();
            write(json, batch, origin);
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeBooleanField("has_more", page.hasMore());
          json.writeStringField("first_id", page.firstId());
          json.writeStringField("last_id", page.lastId());
        });
  }

  private static byte[] json(AnthropicBatch batch, String origin) {
    return WireDialect.json(json -> write(json, batch, origin));
  }

  private static void write(JsonGenerator json, AnthropicBatch batch, String origin)
      throws IOException {
    AnthropicBatchJson.write(json, batch, batch.batch().standing(), origin);
  }

  private BatchReply create(BatchCall call) throws ApiException, IOException {
    Path body = account.spool().newFile("requests");
    try {
      spool(call, body);
      SpooledRequests requests = SpooledRequests.in(body);
      try {
        check(body, requests);
      } catch (ApiException e) {
        requests.close();
        throw e;
      }
      long number = account.nextBatch();
      AnthropicBatch batch = start(requests, number);
      account.anthropic().put(batch);
      BatchStanding fresh =
          new BatchStanding(BatchState.VALIDATING, Tally.none(requests.count()), Map.of());
      return BatchReply.json(
              WireDialect.json(json -> AnthropicBatchJson.write(json, batch, fresh, call.origin())))
          .after(account.options().delays().create())
          .lostIf(account.chance().happens(BatchFault.LOST_CREATE, number));
    } finally {
      // what is open can still be read
      Files.deleteIfExists(body);
    }
  }

  private void spool(BatchCall call, Path body) throws ApiException, IOException {
    Long limit = account.options().limits().bytes();
    long left = limit == null ? MOST_BYTES : limit;
    byte[] buffer = new byte[COPY_BYTES];
    try (OutputStream out = Files.newOutputStream(body)) {
      InputStream in = call.exchange().getInputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        left -= read;
        if (left < 0) {
          throw dialect.bodyTooLarge();
        }
        out.write(buffer, 0, read);
      }
    }
  }

  private void check(Path body, SpooledRequests requests) throws ApiException, IOException {
    try {
      if (!RequestArray.read(body, requests) || requests.count() == 0) {
        throw dialect.missing("requests");
      }
    } catch (JsonProcessingException e) {
      throw dialect.unreadable();
    }
    Long limit = account.options().limits().requests();
    if (requests.count() > (limit == null ? MOST_REQUESTS : limit)) {
      throw dialect.bodyTooLarge();
    }
    LongSet ids = new LongSet();
    for (int i = 0; i < requests.count(); i++) {
      checkRequest(requests.read(i), i, ids);
    }
  }

  /** The rest is checked when the request's turn comes. */
  private void checkRequest(byte[] json, int number, LongSet ids) throws ApiException, IOException {
    BatchRequest request = BatchRequest.parse(json, "params");
    String place = "requests." + number;
    String id = request.customId();
    if (!CUSTOM_ID.matcher(id).matches()) {
      throw dialect.invalid(
          place + ".custom_id",
          "invalid_value",
          "String should match pattern '^" + CUSTOM_ID + "$'");
    }
    if (!ids.add(Identity.of(id.getBytes(StandardCharsets.UTF_8)).high())) {
      throw dialect.invalid(place + ".custom_id", "invalid_value", "is not unique in the batch");
    }
    if (request.body().length == 0) {
      throw dialect.missing(place + ".params");
    }
  }

  private AnthropicBatch start(SpooledRequests requests, long number) throws IOException {
    BatchPlan plan = BatchPlan.of(account.now(), account.options(), requests.count(), number);
    boolean refusesAll = account.chance().happens(BatchFault.FAILED, number);
    Format format =
        new Format(dialect, new AnthropicBatchLines(), HEADERS, "/v1/messages", refusesAll);
    BatchResults results = BatchResults.inOneFile(account.spool());
    Batch batch = account.start(plan, requests, format, results, number);
    return new AnthropicBatch("msgbatch_01" + WireDialect.newId(), batch);
  }
}
