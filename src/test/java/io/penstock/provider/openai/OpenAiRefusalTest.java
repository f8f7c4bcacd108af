package io.penstock.provider.openai;

import static io.penstock.provider.Samples.recorded;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.FailureKind;
import io.penstock.provider.HttpAnswer;
import io.penstock.provider.ModelCodec;
import io.penstock.provider.Pressure;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.Samples;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OpenAiRefusalTest {
  private final ModelCodec codec =
      new OpenAiDialect()
          .codec(
              Samples.withParameters(
                  Samples.model("openai", "http://x/v1"),
                  "{\"temperature\":0,\"response_format\":{\"type\":\"text\"},"
                      + "\"reasoning_effort\":\"minimal\",\"tools\":[]}",
                  "{\"top_k\":5}"));

  @ParameterizedTest
  @CsvSource({
    "404, resource-not-found-azure.json, NOT_FOUND, NOT_BILLED",
    "400, operation-azure.json, NOT_FOUND, NOT_BILLED",
    "400, api-version-azure.json, NOT_FOUND, NOT_BILLED",
    "401, unauthorized-azure-flat.json, AUTHENTICATION, NOT_BILLED",
    "403, firewall-azure.json, AUTHENTICATION, NOT_BILLED",
    "400, content-filter-azure-jailbreak.json, CONTENT_FILTERED, NOT_BILLED",
    "429, too-many-requests-azure.json, RATE_LIMITED, REFUSED",
    "429, no-capacity-azure.json, OVERLOADED, REFUSED",
    "408, timeout-azure.json, TIMEOUT, POSSIBLE",
    "424, dependency-azure.json, SERVER_ERROR, NOT_BILLED",
    "500, server-error-azure.json, SERVER_ERROR, NOT_BILLED",
    "429, request-too-large.json, CONTEXT_TOO_LONG, NOT_BILLED",
    "400, above-maximum.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, missing-parameter.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, invalid-type.json, INVALID_REQUEST, NOT_BILLED",
    "400, temperature-of-reasoning-model.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, reasoning-effort.json, REFUSED_PARAMETER, NOT_BILLED",
    "401, no-key.json, AUTHENTICATION, NOT_BILLED",
    "404, not-a-chat-model.json, NOT_FOUND, NOT_BILLED",
    "409, conflict.json, SERVER_ERROR, NOT_BILLED",
    "500, internal-error.json, SERVER_ERROR, NOT_BILLED",
    "503, slow-down.json, OVERLOADED, REFUSED",
    "404, model-vllm.json, NOT_FOUND, NOT_BILLED",
    "401, key-vllm.json, AUTHENTICATION, NOT_BILLED",
    "400, temperature-vllm.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, validation-vllm.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, message-vllm.json, INVALID_REQUEST, NOT_BILLED",
    "500, internal-vllm.json, SERVER_ERROR, NOT_BILLED",
    "401, key-llama-cpp.json, AUTHENTICATION, NOT_BILLED",
    "400, request-llama-cpp.json, INVALID_REQUEST, NOT_BILLED",
    "501, not-supported-llama-cpp.json, SERVER_ERROR, NOT_BILLED",
    "500, server-llama-cpp.json, SERVER_ERROR, NOT_BILLED",
    "404, not-found-ollama-native.json, NOT_FOUND, NOT_BILLED",
    "400, tools-ollama.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, context-length-ollama.json, CONTEXT_TOO_LONG, NOT_BILLED",
    "500, runner-ollama.json, SERVER_ERROR, NOT_BILLED",
    "503, busy-ollama.json, OVERLOADED, REFUSED",
    "502, cloud-ollama.json, SERVER_ERROR, NOT_BILLED",
    "413, request-too-large-groq.json, CONTEXT_TOO_LONG, NOT_BILLED",
    "400, context-length-groq.json, CONTEXT_TOO_LONG, NOT_BILLED",
    "400, json-groq.json, INVALID_RESPONSE, NOT_BILLED",
    "400, tool-use-groq.json, INVALID_RESPONSE, NOT_BILLED",
    "400, decommissioned-groq.json, NOT_FOUND, NOT_BILLED",
    "400, temperature-groq.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, unsupported-groq.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, message-groq.json, INVALID_REQUEST, NOT_BILLED",
    "498, capacity-groq.json, OVERLOADED, REFUSED",
    "404, model-together.json, NOT_FOUND, NOT_BILLED",
    "422, context-length-together.json, CONTEXT_TOO_LONG, NOT_BILLED",
    "429, rate-limit-together.json, RATE_LIMITED, REFUSED",
    "503, overloaded-together.json, OVERLOADED, REFUSED",
    "422, extra-mistral.json, REFUSED_PARAMETER, NOT_BILLED",
    "422, extra-mistral-list.json, REFUSED_PARAMETER, NOT_BILLED",
    "422, message-mistral.json, INVALID_REQUEST, NOT_BILLED",
    "400, model-mistral.json, NOT_FOUND, NOT_BILLED",
    "400, context-length-mistral.json, CONTEXT_TOO_LONG, NOT_BILLED",
    "429, capacity-mistral.json, OVERLOADED, REFUSED",
    "401, key-mistral.json, AUTHENTICATION, NOT_BILLED",
    "402, balance-deepseek.json, QUOTA_EXHAUSTED, NOT_BILLED",
    "402, credits-openrouter.json, QUOTA_EXHAUSTED, NOT_BILLED",
    "400, model-openrouter.json, NOT_FOUND, NOT_BILLED",
    "429, behind-openrouter.json, RATE_LIMITED, REFUSED",
    "400, context-length-openrouter.json, CONTEXT_TOO_LONG, NOT_BILLED",
    "408, timeout-openrouter.json, TIMEOUT, POSSIBLE",
    "400, context-length.json, CONTEXT_TOO_LONG, NOT_BILLED",
    "400, context-length-vllm.json, CONTEXT_TOO_LONG, NOT_BILLED",
    "400, context-length-vllm-flat.json, CONTEXT_TOO_LONG, NOT_BILLED",
    "400, context-length-llama-cpp.json, CONTEXT_TOO_LONG, NOT_BILLED",
    "400, content-policy.json, CONTENT_FILTERED, NOT_BILLED",
    "400, invalid-prompt.json, CONTENT_FILTERED, NOT_BILLED",
    "400, content-filter-azure.json, CONTENT_FILTERED, NOT_BILLED",
    "400, content-filter-azure-inner.json, CONTENT_FILTERED, NOT_BILLED",
    "403, moderation-gateway.json, CONTENT_FILTERED, NOT_BILLED",
    "429, quota.json, QUOTA_EXHAUSTED, NOT_BILLED",
    "429, quota-older.json, QUOTA_EXHAUSTED, NOT_BILLED",
    "400, hard-limit.json, QUOTA_EXHAUSTED, NOT_BILLED",
    "400, unsupported-parameter.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, unsupported-value.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, unknown-parameter.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, invalid-value-of-parameter.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, unrecognized-argument.json, REFUSED_PARAMETER, NOT_BILLED",
    "422, parameter-fastapi.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, invalid-message.json, INVALID_REQUEST, NOT_BILLED",
    "400, unsupported-role.json, INVALID_REQUEST, NOT_BILLED",
    "400, invalid-request.json, INVALID_REQUEST, NOT_BILLED",
    "413, gateway.html, INVALID_REQUEST, NOT_BILLED",
    "401, invalid-key.json, AUTHENTICATION, NOT_BILLED",
    "401, invalid-key-azure.json, AUTHENTICATION, NOT_BILLED",
    "403, unsupported-country.json, AUTHENTICATION, NOT_BILLED",
    "403, model-not-found.json, NOT_FOUND, NOT_BILLED",
    "404, model-not-found.json, NOT_FOUND, NOT_BILLED",
    "404, deployment-not-found-azure.json, NOT_FOUND, NOT_BILLED",
    "404, error-gemini.json, NOT_FOUND, NOT_BILLED",
    "503, overloaded-gemini.json, OVERLOADED, REFUSED",
    "500, internal-gemini.json, SERVER_ERROR, NOT_BILLED",
    "401, key-missing-gemini.json, AUTHENTICATION, NOT_BILLED",
    "404, not-found-ollama.json, NOT_FOUND, NOT_BILLED",
    "429, rate-limit.json, RATE_LIMITED, REFUSED",
    "429, rate-limit-azure.json, RATE_LIMITED, REFUSED",
    "429, rate-limit-mistral.json, RATE_LIMITED, REFUSED",
    "429, flex-capacity.json, OVERLOADED, REFUSED",
    "498, flex-capacity.json, OVERLOADED, REFUSED",
    "500, server-error.json, SERVER_ERROR, NOT_BILLED",
    "502, gateway.html, SERVER_ERROR, NOT_BILLED",
    "524, gateway.html, TIMEOUT, POSSIBLE",
    "503, overloaded.json, OVERLOADED, REFUSED",
    "503, loading-llama-cpp.json, OVERLOADED, REFUSED"
  })
  void tellsEachRecordedRefusal(int status, String file, FailureKind kind, Billing billing) {
    ProviderException refusal = refusal(status, recorded("openai/refusals/" + file));

    assertThat(refusal.kind()).isEqualTo(kind);
    assertThat(refusal.billing()).isEqualTo(billing);
    assertThat(refusal.status()).isEqualTo(status);
  }

  /** Of Gemini's endpoint in this dialect; what it shares with its own API is recorded there. */
  @ParameterizedTest
  @CsvSource({
    "400, openai/refusals/no-header-gemini.json, AUTHENTICATION, NOT_BILLED, NONE, ",
    "400, gemini/refusals/key-invalid.json, AUTHENTICATION, NOT_BILLED, NONE, ",
    "400, gemini/refusals/key-expired.json, AUTHENTICATION, NOT_BILLED, NONE, ",
    "403, gemini/refusals/key-blocked.json, AUTHENTICATION, NOT_BILLED, NONE, ",
    "400, gemini/refusals/region.json, AUTHENTICATION, NOT_BILLED, NONE, ",
    "400, openai/refusals/model-name-gemini.json, NOT_FOUND, NOT_BILLED, NONE, ",
    "404, gemini/refusals/model.json, NOT_FOUND, NOT_BILLED, NONE, ",
    "400, gemini/refusals/prompt-too-long.json, CONTEXT_TOO_LONG, NOT_BILLED, NONE, ",
    "400, openai/refusals/unknown-names-gemini.json, REFUSED_PARAMETER, NOT_BILLED, NONE, ",
    "400, openai/refusals/value-gemini.json, REFUSED_PARAMETER, NOT_BILLED, NONE, ",
    "400, gemini/refusals/range-of-parameter.json, REFUSED_PARAMETER, NOT_BILLED, NONE, ",
    "400, openai/refusals/message-gemini.json, INVALID_REQUEST, NOT_BILLED, NONE, ",
    "400, gemini/refusals/argument.json, INVALID_REQUEST, NOT_BILLED, NONE, ",
    "429, gemini/refusals/per-minute.json, RATE_LIMITED, REFUSED, TOO_FAST, PT7S",
    "429, gemini/refusals/per-minute-fraction.json, RATE_LIMITED, REFUSED, TOO_FAST, PT2.5S",
    "429, gemini/refusals/per-minute-words-only.json, RATE_LIMITED, REFUSED, TOO_FAST, PT12.595337758S",
    "429, gemini/refusals/per-day.json, QUOTA_EXHAUSTED, NOT_BILLED, NONE, PT34S",
    "429, gemini/refusals/no-quota.json, QUOTA_EXHAUSTED, NOT_BILLED, NONE, PT7S",
    "429, gemini/refusals/help-only.json, QUOTA_EXHAUSTED, NOT_BILLED, NONE, ",
    "429, gemini/refusals/plain-array.json, OVERLOADED, REFUSED, OVERLOADED, ",
    "499, gemini/refusals/cancelled.json, CANCELLED, POSSIBLE, NONE, ",
    "503, gemini/refusals/overloaded.json, OVERLOADED, REFUSED, OVERLOADED, ",
    "504, gemini/refusals/deadline.json, TIMEOUT, POSSIBLE, NONE, "
  })
  void tellsWhatGoogleSays(
      int status,
      String file,
      FailureKind kind,
      Billing billing,
      Pressure pressure,
      Duration retryAfter) {
    ProviderException refusal = refusal(status, recorded(file));

    assertThat(refusal.kind()).isEqualTo(kind);
    assertThat(refusal.billing()).isEqualTo(billing);
    assertThat(refusal.pressure()).isEqualTo(pressure);
    assertThat(refusal.details().retryAfter()).isEqualTo(retryAfter);
    assertThat(refusal).hasMessageStartingWith("HTTP " + status);
  }

  @Test
  void saysWhatTheProviderSaid() {
    assertThat(refusal(422, recorded("openai/refusals/extra-mistral.json")))
        .hasMessage("HTTP 422 invalid_request_error: top_k: Extra inputs are not permitted");
    assertThat(refusal(429, recorded("openai/refusals/behind-openrouter.json")))
        .hasMessageContaining("Provider returned error: meta/llama is temporarily rate-limited");
    assertThat(refusal(400, recorded("openai/refusals/reasoning-effort.json")))
        .hasMessageEndingWith("and 'xhigh'. (reasoning_effort)");
    assertThat(refusal(400, recorded("openai/refusals/unknown-parameter.json")))
        .hasMessage("HTTP 400 unknown_parameter: Unknown parameter: 'top_k'.");
    assertThat(refusal(502, recorded("openai/refusals/gateway.html")))
        .hasMessageContaining("<title>502 Bad Gateway</title>");
    assertThat(refusal(503, new byte[0])).hasMessage("HTTP 503: no message");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PT7M12S   | RATE_LIMITED    | REFUSED",
        "PT59M59S  | RATE_LIMITED    | REFUSED",
        "PT1H      | QUOTA_EXHAUSTED | NOT_BILLED",
        "PT9H      | QUOTA_EXHAUSTED | NOT_BILLED"
      })
  void aLimitPerDayIsWaitedForWhereItEndsWithinAnHour(
      Duration retryAfter, FailureKind kind, Billing billing) {
    for (String file : List.of("requests-per-day.json", "tokens-per-day.json")) {
      byte[] body = recorded("openai/refusals/" + file);

      ProviderException refusal = codec.refusal(new HttpAnswer(429, Map.of(), body), retryAfter);

      assertThat(refusal.kind()).isEqualTo(kind);
      assertThat(refusal.billing()).isEqualTo(billing);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "requests-per-day.json, RATE_LIMITED, PT7M12S",
    "tokens-per-day.json, QUOTA_EXHAUSTED, ",
    "rate-limit.json, RATE_LIMITED, PT20S",
    "rate-limit-tokens.json, RATE_LIMITED, PT0.21S",
    "rate-limit-azure.json, RATE_LIMITED, PT7S",
    "rate-limit-together.json, RATE_LIMITED, "
  })
  void withoutAHeaderTheWordsSayHowLongToWait(String file, FailureKind kind, Duration wait) {
    ProviderException refusal = refusal(429, recorded("openai/refusals/" + file));

    assertThat(refusal.kind()).isEqualTo(kind);
    assertThat(refusal.details().retryAfter()).isEqualTo(wait);
  }

  @ParameterizedTest
  @CsvSource({
    "429, rate-limit.json, TOO_FAST",
    "429, rate-limit-tokens.json, TOO_FAST",
    "429, rate-limit-azure.json, TOO_FAST",
    "429, rate-limit-tokens-azure.json, TOO_FAST",
    "429, rate-limit-mistral.json, TOO_FAST",
    "429, rate-limit-together.json, TOO_FAST",
    "429, too-many-requests-azure.json, TOO_MANY",
    "429, behind-openrouter.json, TOO_MANY",
    "429, no-capacity-azure.json, OVERLOADED",
    "429, capacity-mistral.json, OVERLOADED",
    "429, request-too-large.json, NONE",
    "413, request-too-large-groq.json, NONE",
    "429, concurrent.json, TOO_MANY",
    "429, gateway.html, TOO_MANY",
    "429, flex-capacity.json, OVERLOADED",
    "503, overloaded.json, OVERLOADED",
    "429, quota.json, NONE",
    "500, server-error.json, NONE"
  })
  void tellsWhichLimitWasMet(int status, String file, Pressure pressure) {
    assertThat(refusal(status, recorded("openai/refusals/" + file)).pressure()).isEqualTo(pressure);
  }

  private ProviderException refusal(int status, byte[] body) {
    return codec.refusal(new HttpAnswer(status, Map.of(), body), null);
  }
}
