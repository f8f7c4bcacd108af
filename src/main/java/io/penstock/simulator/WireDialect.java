package io.penstock.simulator;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
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
interface WireDialect {
  /** The key that a request carries; null where it has none. */
  @Nullable String key(HeaderMap headers);

  /** Reads and checks all that does not depend on the model. */
  SimulatedRequest read(HeaderMap headers, byte[] body) throws ApiException;

  byte[] answer(SimulatedRequest request, long inputTokens, Answer answer, Instant now);

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

  /** The error of a fault that refuses the request. */
  ApiException refusal(Fault fault);

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
