package io.penstock.provider.gemini;

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
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GeminiRefusalTest {
  private final ModelCodec codec =
      new GeminiDialect()
          .codec(
              Samples.withParameters(
                  Samples.model("gemini", "http://x/v1beta"),
                  "{\"temperature\":0,\"topK\":40,\"responseMimeType\":\"application/json\","
                      + "\"thinkingConfig\":{\"thinkingBudget\":0}}",
                  "{\"enableAffectiveDialog\":false}"));

  @ParameterizedTest
  @CsvSource({
    "400, key-invalid.json, AUTHENTICATION, NOT_BILLED",
    "400, key-expired.json, AUTHENTICATION, NOT_BILLED",
    "400, key-invalid-words-only.json, AUTHENTICATION, NOT_BILLED",
    "403, key-missing.json, AUTHENTICATION, NOT_BILLED",
    "403, key-blocked.json, AUTHENTICATION, NOT_BILLED",
    "401, unauthenticated.json, AUTHENTICATION, NOT_BILLED",
    "400, region.json, AUTHENTICATION, NOT_BILLED",
    "400, billing.json, AUTHENTICATION, NOT_BILLED",
    "404, model.json, NOT_FOUND, NOT_BILLED",
    "400, prompt-too-long.json, CONTEXT_TOO_LONG, NOT_BILLED",
    "400, prompt-too-long-uncounted.json, CONTEXT_TOO_LONG, NOT_BILLED",
    "400, too-large.json, INVALID_REQUEST, NOT_BILLED",
    "400, argument.json, INVALID_REQUEST, NOT_BILLED",
    "400, empty-part.json, INVALID_REQUEST, NOT_BILLED",
    "400, unknown-name-in-contents.json, INVALID_REQUEST, NOT_BILLED",
    "400, unknown-name.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, value-of-parameter.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, range-of-parameter.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, mime-type-in-words.json, REFUSED_PARAMETER, NOT_BILLED",
    "400, thinking.json, REFUSED_PARAMETER, NOT_BILLED",
    "429, per-minute.json, RATE_LIMITED, REFUSED",
    "429, per-minute-fraction.json, RATE_LIMITED, REFUSED",
    "429, per-minute-words-only.json, RATE_LIMITED, REFUSED",
    "429, per-minute-milliseconds.json, RATE_LIMITED, REFUSED",
    "429, per-day.json, QUOTA_EXHAUSTED, NOT_BILLED",
    "429, for-hours.json, QUOTA_EXHAUSTED, NOT_BILLED",
    "429, no-quota.json, QUOTA_EXHAUSTED, NOT_BILLED",
    "429, help-only.json, QUOTA_EXHAUSTED, NOT_BILLED",
    "429, plain.json, OVERLOADED, REFUSED",
    "429, plain-array.json, OVERLOADED, REFUSED",
    "499, cancelled.json, CANCELLED, POSSIBLE",
    "500, internal.json, SERVER_ERROR, NOT_BILLED",
    "502, gateway.html, SERVER_ERROR, NOT_BILLED",
    "503, overloaded.json, OVERLOADED, REFUSED",
    "504, deadline.json, TIMEOUT, POSSIBLE"
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
    "per-minute.json, TOO_FAST, PT7S",
    "per-minute-fraction.json, TOO_FAST, PT2.5S",
    "per-minute-words-only.json, TOO_FAST, PT12.595337758S",
    "per-minute-milliseconds.json, TOO_FAST, PT0.7855S",
    "plain.json, OVERLOADED, ",
    "plain-array.json, OVERLOADED, "
  })
  void tellsWhichLimitWasMetAndHowLongToWait(String file, Pressure pressure, Duration wait) {
    ProviderException refusal = refusal(429, file);

    assertThat(refusal.pressure()).isEqualTo(pressure);
    assertThat(refusal.details().retryAfter()).isEqualTo(wait);
  }

  @Test
  void namesTheStatusAndWhatIsSaidOfIt() {
    assertThat(refusal(503, "overloaded.json"))
        .hasMessage("HTTP 503 UNAVAILABLE: The model is overloaded. Please try again later.");
    assertThat(refusal(502, "gateway.html")).hasMessageStartingWith("HTTP 502: <!DOCTYPE html>");
  }

  @Test
  void aParameterThatIsNotSentIsNoMatterOfTheModel() {
    ModelCodec plain = new GeminiDialect().codec(Samples.model("gemini", "http://x/v1beta"));
    HttpAnswer answer =
        new HttpAnswer(400, Map.of(), recorded("gemini/refusals/mime-type-in-words.json"));

    assertThat(plain.refusal(answer, null).kind()).isEqualTo(FailureKind.INVALID_REQUEST);
  }

  private ProviderException refusal(int status, String file) {
    byte[] body = recorded("gemini/refusals/" + file);
    return codec.refusal(new HttpAnswer(status, Map.of(), body), null);
  }
}
