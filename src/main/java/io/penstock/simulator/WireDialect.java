package io.penstock.simulator;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.domain.TokenUsage;
import io.penstock.simulator.AnswerFunction.Answer;
import io.undertow.util.HeaderMap;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** A provider's wire format: how requests are read, and answers and errors written. Thread-safe. */
interface WireDialect extends RequestFields.Wording {
  long NANOS_BELOW_A_SECOND = 999_999_999;

  /** The key that a request carries; null where it has none. */
  @Nullable String key(HeaderMap headers);

  /** Reads and checks all that does not depend on the model. */
  SimulatedRequest read(HeaderMap headers, String path, byte[] body) throws ApiException;

  byte[] answer(SimulatedRequest request, TokenUsage usage, Answer answer, Instant now);

  byte[] error(ApiException error, String requestId);

  /** Headers of every response, errors included. */
  void addHeaders(HeaderMap headers, String requestId, Duration processing);

  byte[] model(String model);

  byte[] models(Collection<String> models);

  ApiException missingKey();

  ApiException wrongKey();

  ApiException unknownPath(String method, String path);

  ApiException wrongMethod(String method, String path);

  ApiException bodyTooLarge();

  ApiException unknownModel(String model);

  ApiException promptTooLong(long inputTokens, long contextWindow);

  ApiException tooManyOutputTokens(SimulatedRequest request, long maxOutput);

  /** The error of a fault that refuses the request; not for {@link Fault#RATE_LIMITED}. */
  ApiException refusal(Fault fault);

  /** The fault by which this provider refuses when it has no capacity. */
  Fault overload();

  /** The error of a limit that refuses the request. */
  ApiException refusal(String model, Refusal refusal);

  /** Adds the headers that tell how much of each limit is left. */
  void addStanding(HeaderMap headers, ModelGate.Standing standing, Instant now);

  /** Adds the headers that tell when to try again. */
  void addRetryAfter(HeaderMap headers, Duration wait);

  /** As {@code retry-after} has it: rounded up, at least 1. */
  static long wholeSeconds(Duration wait) {
    return Math.max(1, wait.plusNanos(NANOS_BELOW_A_SECOND).toSeconds());
  }

  /** 24 random hex digits: ids are not part of an answer, and no two responses share one. */
  static String newId() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return HexFormat.of().toHexDigits(random.nextLong())
        + HexFormat.of().toHexDigits(random.nextInt());
  }

  /** Writes a JSON document. */
  static byte[] json(JsonBody body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(JsonBody.EXPECTED_BYTES);
    try (JsonGenerator generator = JsonBody.FACTORY.createGenerator(bytes)) {
      generator.writeStartObject();
      body.write(generator);
      generator.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  /** The members of a JSON object. */
  @FunctionalInterface
  interface JsonBody {
    JsonFactory FACTORY = new JsonFactory();
    int EXPECTED_BYTES = 1_500;

    void write(JsonGenerator json) throws IOException;
  }
}
