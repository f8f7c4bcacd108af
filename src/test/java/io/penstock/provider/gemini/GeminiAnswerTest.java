package io.penstock.provider.gemini;

import static io.penstock.provider.Samples.recorded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.penstock.domain.Completion;
import io.penstock.domain.FailureKind;
import io.penstock.domain.FinishReason;
import io.penstock.domain.TokenUsage;
import io.penstock.provider.ModelCodec;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.Samples;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GeminiAnswerTest {
  private final ModelCodec codec =
      new GeminiDialect().codec(Samples.model("gemini", "http://x/v1beta"));

  @Test
  void joinsTheTextsAndLeavesTheThoughtsToTheTokens() throws Exception {
    Completion completion = decode("generated.json");

    assertThat(completion)
        .isEqualTo(
            new Completion(
                "Hello, world",
                null,
                FinishReason.STOP,
                "STOP",
                "gemini-2.5-flash",
                "V1kTaYzXH4yLxN8P8ZyB6Ac",
                new TokenUsage(2130 + 40, 2000, 0, 0, 53 + 450, 450),
                false));
  }

  @Test
  void readsFunctionCallsWithTheirDigits() throws Exception {
    Completion completion = decode("generated-tool-calls.json");

    assertThat(completion.text()).isNull();
    assertThat(completion.finishReason()).isEqualTo(FinishReason.TOOL_CALL);
    assertThat(completion.rawFinishReason()).isEqualTo("STOP");
    assertThat(completion.toolCalls())
        .isEqualTo(
            "[{\"name\":\"get_stock_price\",\"args\":{\"ticker\":\"^GSPC\",\"strike\":1.10}},"
                + "{\"name\":\"get_time\",\"args\":{}}]");
  }

  @Test
  void anOutputLimitSpentOnThinkingIsAnAnswerWithoutText() throws Exception {
    Completion completion = decode("generated-thoughts-only.json");

    assertThat(completion.text()).isNull();
    assertThat(completion.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(completion.usage()).isEqualTo(new TokenUsage(12, 0, 0, 0, 253, 253));
  }

  @Test
  void aCandidateThatWasFilteredIsAnAnswer() throws Exception {
    Completion completion = decode("generated-filtered.json");

    assertThat(completion.text()).isNull();
    assertThat(completion.finishReason()).isEqualTo(FinishReason.CONTENT_FILTER);
    assertThat(completion.usage()).isEqualTo(TokenUsage.of(12, 0));
    assertThat(completion.responseId()).isNull();
  }

  @Test
  void thoughtsThatOnlyTheTotalTellsAreBilledToo() throws Exception {
    assertThat(decode("generated-thinking-in-total-only.json").usage())
        .isEqualTo(new TokenUsage(10, 0, 0, 0, 101, 100));
  }

  @Test
  void countsTokensWhereNoneAreReported() throws Exception {
    Completion completion = decode("generated-no-usage.json");

    assertThat(completion.usage()).isEqualTo(TokenUsage.of(1, 2)); // "hello"; "hello world"
    assertThat(completion.tokensEstimated()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "STOP, STOP",
    "MAX_TOKENS, LENGTH",
    "SAFETY, CONTENT_FILTER",
    "RECITATION, CONTENT_FILTER",
    "BLOCKLIST, CONTENT_FILTER",
    "PROHIBITED_CONTENT, CONTENT_FILTER",
    "SPII, CONTENT_FILTER",
    "LANGUAGE, OTHER",
    "MALFORMED_FUNCTION_CALL, OTHER",
    "FINISH_REASON_UNSPECIFIED, OTHER",
    "SOMETHING_NEW, OTHER"
  })
  void mapsEachFinishReason(String raw, FinishReason reason) throws Exception {
    String body =
        new String(recorded("gemini/generated-no-usage.json"), StandardCharsets.UTF_8)
            .replace("\"STOP\"", "\"" + raw + "\"");

    Completion completion =
        codec.decode(Samples.request("hello"), body.getBytes(StandardCharsets.UTF_8));

    assertThat(completion.finishReason()).isEqualTo(reason);
    assertThat(completion.rawFinishReason()).isEqualTo(raw);
  }

  @Test
  void aBlockedPromptIsARefusalWhosePriceIsKnown() {
    ProviderException failure = failure(recorded("gemini/prompt-blocked.json"));

    assertThat(failure.kind()).isEqualTo(FailureKind.CONTENT_FILTERED);
    assertThat(failure).hasMessage("the prompt was blocked: PROHIBITED_CONTENT");
    assertThat(failure.billing()).isEqualTo(Billing.BILLED);
    assertThat(failure.details().usage()).isEqualTo(TokenUsage.of(31, 0));
  }

  @Test
  void aBlockedPromptWithoutUsageMayHaveCostSomething() {
    ProviderException failure = failure(recorded("gemini/prompt-blocked-no-usage.json"));

    assertThat(failure.kind()).isEqualTo(FailureKind.CONTENT_FILTERED);
    assertThat(failure)
        .hasMessage("the prompt was blocked: SAFETY, flagged by the safety settings");
    assertThat(failure.billing()).isEqualTo(Billing.POSSIBLE);
  }

  @Test
  void anAnswerWithoutCandidatesThatWasBilledSaysSo() {
    ProviderException failure = failure(recorded("gemini/no-candidates-billed.json"));

    assertThat(failure.kind()).isEqualTo(FailureKind.UNREADABLE_RESPONSE);
    assertThat(failure.billing()).isEqualTo(Billing.BILLED);
    assertThat(failure.details().usage()).isEqualTo(TokenUsage.of(12, 0));
  }

  @Test
  void anErrorAtHttp200IsTheErrorThatItNames() {
    ProviderException failure = failure(recorded("gemini/error-at-200.json"));

    assertThat(failure.kind()).isEqualTo(FailureKind.OVERLOADED);
    assertThat(failure.billing()).isEqualTo(Billing.REFUSED);
    assertThat(failure.status()).isEqualTo(200);
  }

  @Test
  void whatIsNotJsonCannotBeRead() {
    ProviderException failure = failure("{\"candidates\": [".getBytes(StandardCharsets.UTF_8));

    assertThat(failure.kind()).isEqualTo(FailureKind.UNREADABLE_RESPONSE);
    assertThat(failure.billing()).isEqualTo(Billing.POSSIBLE);
    assertThat(failure.details().rawBody()).isEqualTo("{\"candidates\": [");
  }

  private Completion decode(String file) throws ProviderException {
    return codec.decode(Samples.request("hello"), recorded("gemini/" + file));
  }

  private ProviderException failure(byte[] body) {
    return catchThrowableOfType(
        ProviderException.class, () -> codec.decode(Samples.request("hello"), body));
  }
}
