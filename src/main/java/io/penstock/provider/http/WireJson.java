package io.penstock.provider.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.domain.FailureKind;
import io.penstock.domain.TokenUsage;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.ProviderException.Details;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes bodies for the dialects. Lenient in reading, as an answer that was paid for is
 * not lost over an unescaped control character or a NaN among its log probabilities; decimals keep
 * their digits.
 */
public final class WireJson {
  /** How much of a body that cannot be used is kept for its reader. */
  private static final int RAW_BODY_CHARS = 2_000;

  private static final int MAX_BYTES_PER_CHAR = 4;

  /** Bodies are bounded where they are read from the network. */
  private static final StreamReadConstraints ANY_LENGTH =
      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build();

  private static final JsonMapper MAPPER =
      JsonMapper.builder(JsonFactory.builder().streamReadConstraints(ANY_LENGTH).build())
          .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private WireJson() {}

  /** An empty object. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /**
   * @throws IllegalArgumentException when it is not a JSON object
   */
  public static ObjectNode object(String json) {
    try {
      if (MAPPER.readTree(json) instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("Parameters are not JSON: " + e.getOriginalMessage(), e);
    }
    throw new IllegalArgumentException("Parameters are not a JSON object");
  }

  /** Compact, UTF-8; half surrogate pairs are written as escapes. */
  public static byte[] write(JsonNode body) {
    try {
      return MAPPER.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A body with something written before and after it. */
  public static byte[] around(String before, byte[] body, String after) {
    byte[] start = before.getBytes(StandardCharsets.UTF_8);
    byte[] end = after.getBytes(StandardCharsets.UTF_8);
    byte[] all = Arrays.copyOf(start, start.length + body.length + end.length);
    System.arraycopy(body, 0, all, start.length, body.length);
    System.arraycopy(end, 0, all, start.length + body.length, end.length);
    return all;
  }

  /**
   * Reads the body of a 2xx answer.
   *
   * @throws ProviderException UNREADABLE_RESPONSE when it is not JSON
   */
  public static JsonNode read(byte[] body) throws ProviderException {
    JsonNode json = readOrMissing(body);
    if (json.isMissingNode()) {
      String what = body.length == 0 ? "is empty" : "is not JSON";
      throw unreadable("the body (" + body.length + " bytes) " + what, body, null);
    }
    return json;
  }

  /** Missing where the body is empty or not JSON. */
  public static JsonNode readOrMissing(byte[] body) {
    try {
      return MAPPER.readTree(body);
    } catch (IOException e) {
      return MAPPER.missingNode();
    }
  }

  /**
   * A 2xx answer without a usable completion.
   *
   * @param usage what the provider says it cost; null where it does not say
   */
  public static ProviderException unreadable(String why, byte[] body, @Nullable TokenUsage usage) {
    return new ProviderException(
        FailureKind.UNREADABLE_RESPONSE,
        usage == null ? Billing.POSSIBLE : Billing.BILLED,
        200,
        "the answer cannot be used: " + why,
        new Details(null, usage, beginning(body, RAW_BODY_CHARS)));
  }

  /** The field where it is a string. */
  public static @Nullable String text(JsonNode node, String field) {
    return node.path(field).textValue();
  }

  /** A count of tokens; 0 where it is missing, null or negative. */
  public static long tokens(JsonNode node, String field) {
    return Math.max(0, node.path(field).asLong(0));
  }

  static String beginning(byte[] body, int chars) {
    int bytes = Math.min(body.length, chars * MAX_BYTES_PER_CHAR);
    String text = new String(body, 0, bytes, StandardCharsets.UTF_8);
    return text.length() <= chars ? text : text.substring(0, chars);
  }
}
