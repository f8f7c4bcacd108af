package io.penstock.provider.anthropic;

import static io.penstock.provider.Samples.recorded;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.FailureKind;
import io.penstock.provider.HttpAnswer;
import io.penstock.provider.ModelCodec;
import io.penstock.provider.Pressure;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.Samples;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AnthropicRefusalTest {
  private final ModelCodec codec =
      new AnthropicDialect()
          .codec(
              Samples.withParameters(
                  Samples.model("anthropic", "http://x/v1"),
                  "{\"temperature\":0,\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}}",
                  "{\"seed\":5}"));

  @ParameterizedTest
  @CsvSource({
    "400, temperature-deprecated.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, thinking-adaptive.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, thinking-budget.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, thinking-temperature.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, empty-content.json, INVALID_REQUEST, NOT_BILLED",
    "404, path.json, NOT_FOUND, NOT_BILLED",
    "429, acceleration.json, RATE_LIMITED, REFUSED",
    "429, concurrent.json, RATE_LIMITED, REFUSED",
    "429, rate-limit-tokens.json, RATE_LIMITED, REFUSED",
    "529, overloaded.json, OVERLOADED, REFUSED",
    "429, rate-limit.json, RATE_LIMITED, REFUSED",
    "429, spend-cap.json, QUOTA_EXHAUSTED, NOT_BILLED",
    "400, usage-limit.json, QUOTA_EXHAUSTED, NOT_BILLED",
    "400, credit.json, QUOTA_EXHAUSTED, NOT_BILLED",
    "402, billing.json, QUOTA_EXHAUSTED, NOT_BILLED",
    "400, prompt-too-long.json, CONTEXT_TOO_LONG, NOT_BILLED",
    "400, context-limit.json, CONTEXT_TOO_LONG, NOT_BILLED",
    "400, filtered.json, CONTENT_FILTERED, NOT_BILLED",
    "400, temperature.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, max-tokens.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, backticked.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, quoted-path.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, extra-input.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, message-field.json, INVALID_REQUEST, NOT_BILLED",
    "400, extra-input-in-message.json, INVALID_REQUEST, NOT_BILLED",
    "400, system-field.json, INVALID_REQUEST, NOT_BILLED",
    "400, prefill.json, INVALID_REQUEST, NOT_BILLED",
    "401, key.json, AUTHENTICATION, NOT_BILLED",
    "403, permission.json, AUTHENTICATION, NOT_BILLED",
    "404, model.json, NOT_FOUND, NOT_BILLED",
    "409, conflict.json, SERVER_ERROR, NOT_BILLED",
    "413, too-large.json, INVALID_REQUEST, NOT_BILLED",
    "413, too-large.html, INVALID_REQUEST, NOT_BILLED",
    "500, server.json, SERVER_ERROR, NOT_BILLED",
    "504, timeout.json, TIMEOUT, POSSIBLE"
  })
  void tellsEachRecordedRefusal(int status, String file, FailureKind kind, Billing billing) {
    ProviderException refusal = refusal(status, file);

    assertThat(refusal.kind()).isEqualTo(kind);
    assertThat(refusal.billing()).isEqualTo(billing);
    assertThat(refusal.status()).isEqualTo(status);
    assertThat(refusal).hasMessageStartingWith("HTTP " + status);
  }

  @ParameterizedTest
  @CsvSource({
    "429, rate-limit.json, TOO_FAST",
    "429, rate-limit-tokens.json, TOO_FAST",
    "429, concurrent.json, TOO_MANY",
    "429, too-large.html, TOO_MANY",
    "529, overloaded.json, OVERLOADED",
    "429, spend-cap.json, NONE",
    "500, server.json, NONE"
  })
  void tellsWhichLimitWasMet(int status, String file, Pressure pressure) {
    assertThat(refusal(status, file).pressure()).isEqualTo(pressure);
  }

  private ProviderException refusal(int status, String file) {
    byte[] body = recorded("anthropic/refusals/" + file);
    return codec.refusal(new HttpAnswer(status, Map.of(), body), null);
  }
}
