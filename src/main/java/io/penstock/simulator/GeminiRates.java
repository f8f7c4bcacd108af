package io.penstock.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;

/** How Gemini speaks of limits, in bodies only, as observed (2026-08). */
final class GeminiRates {
  private static final String EXHAUSTED = "RESOURCE_EXHAUSTED";
  private static final String TYPE = "type.googleapis.com/google.rpc.";
  private static final String METRICS = "generativelanguage.googleapis.com/";
  private static final int NANO_DIGITS = 9;
  private static final String PLAN =
      "You exceeded your current quota, please check your plan and billing details.";

  private GeminiRates() {}

  /** A limit of requests per minute, or of tokens. */
  private record Quota(String metric, String id) {
    static final Quota REQUESTS =
        new Quota("generate_requests_per_model", "GenerateRequestsPerMinutePerProjectPerModel");
    static final Quota TOKENS =
        new Quota(
            "generate_content_paid_tier_input_token_count",
            "GenerateContentPaidTierInputTokensPerModelPerMinute");
  }

  static ApiException refusal(String model, Refusal refusal) {
    return switch (refusal.reason()) {
      case REQUESTS -> rate(model, refusal, Quota.REQUESTS);
      case TOKENS -> rate(model, refusal, Quota.TOKENS);
      // no quota of its own, but capacity
      case IN_FLIGHT ->
          new ApiException(429, EXHAUSTED, "Resource has been exhausted (e.g. check quota).");
    };
  }

  private static ApiException rate(String model, Refusal refusal, Quota quota) {
    String wait = seconds(refusal.retryAfter());
    String message =
        PLAN
            + ("\n* Quota exceeded for metric: " + METRICS + quota.metric())
            + (", limit: " + refusal.limit() + ", model: " + model)
            + ("\nPlease retry in " + wait + ".");
    return new ApiException(429, EXHAUSTED, message)
        .with(
            json -> {
              writeViolation(json, model, refusal, quota);
              json.writeStartObject();
              json.writeStringField("@type", TYPE + "RetryInfo");
              json.writeStringField("retryDelay", wait);
              json.writeEndObject();
            });
  }

  private static void writeViolation(JsonGenerator json, String model, Refusal refusal, Quota quota)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("@type", TYPE + "QuotaFailure");
    json.writeArrayFieldStart("violations");
    json.writeStartObject();
    json.writeStringField("quotaMetric", METRICS + quota.metric());
    json.writeStringField("quotaId", quota.id());
    json.writeObjectFieldStart("quotaDimensions");
    json.writeStringField("location", "global");
    json.writeStringField("model", model);
    json.writeEndObject();
    json.writeStringField("quotaValue", Long.toString(refusal.limit()));
    json.writeEndObject();
    json.writeEndArray();
    json.writeEndObject();
  }

  /** An account without credit: nothing but help. */
  static ApiException outOfQuota() {
    return new ApiException(429, EXHAUSTED, PLAN)
        .with(
            json -> {
              json.writeStartObject();
              json.writeStringField("@type", TYPE + "Help");
              json.writeEndObject();
            });
  }

  static void writeReason(JsonGenerator json, String reason) throws IOException {
    json.writeStartObject();
    json.writeStringField("@type", TYPE + "ErrorInfo");
    json.writeStringField("reason", reason);
    json.writeStringField("domain", "googleapis.com");
    json.writeEndObject();
  }

  /** Like {@code 12.595337758s}. */
  private static String seconds(Duration wait) {
    return BigDecimal.valueOf(wait.toNanos(), NANO_DIGITS).stripTrailingZeros().toPlainString()
        + "s";
  }
}
