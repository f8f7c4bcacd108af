package io.penstock.provider.anthropic;

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

final class AnthropicAnswerTest {
  private final ModelCodec codec =
      new AnthropicDialect().codec(Samples.model("anthropic", "http://x/v1"));

  @Test
  void readsAMessageAndCountsCachedTokensAsInput() throws Exception {
    Completion completion = decode("message.json");

    assertThat(completion)
        .isEqualTo(
            new Completion(
                "Hello, world",
                null,
                FinishReason.STOP,
                "end_turn",
                "claude-haiku-4-5-20251001",
                "msg_01XFDUDYJgAACzvnptvVoYEL",
                new TokenUsage(100 + 2000 + 30, 2000, 30, 20, 503, 450),
                false));
  }

  @Test
  void readsToolUseWithItsDigits() throws Exception {
    Completion completion = decode("message-tool-use.json");

    assertThat(completion.text()).isNull();
    assertThat(completion.finishReason()).isEqualTo(FinishReason.TOOL_CALL);
    assertThat(completion.toolCalls())
        .isEqualTo(
            "[{\"type\":\"tool_use\",\"id\":\"toolu_01D7FLrfh4GYq7yT1ULFeyMV\",\"name\":"
                + "\"get_stock_price\",\"input\":{\"ticker\":\"^GSPC\",\"strike\":1.10}}]");
  }

  @Test
  void noContentAtAllIsAnAnswer() throws Exception {
    Completion completion = decode("message-empty.json");

    assertThat(completion.text()).isEmpty();
    assertThat(completion.toolCalls()).isNull();
    assertThat(completion.usage()).isEqualTo(TokenUsage.of(12, 3));
  }

  @Test
  void thinkingThatTookAllTokensIsAnAnswerWithoutText() throws Exception {
    Completion completion = decode("message-thought-to-the-end.json");

    assertThat(completion.text()).isEmpty();
    assertThat(completion.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(completion.usage()).isEqualTo(new TokenUsage(31, 0, 0, 0, 2048, 2048));
  }

  @Test
  void tellsApartWhatIsKeptForAnHour() throws Exception {
    assertThat(decode("message-hour-cached.json").usage())
        .isEqualTo(new TokenUsage(7 + 4096, 0, 4096, 4096, 5, 0));
    assertThat(decode("message-cached-without-parts.json").usage())
        .isEqualTo(new TokenUsage(7 + 1500 + 4096, 4096, 1500, 0, 5, 0));
  }

  @Test
  void countsTokensWhereNoneAreReported() throws Exception {
    Completion completion = decode("message-no-usage.json");

    assertThat(completion.usage()).isEqualTo(TokenUsage.of(1, 2)); // "hello"; "hello world"
    assertThat(completion.tokensEstimated()).isTrue();
  }

  @Test
  void countsWhatCannotBeNone() throws Exception {
    String body =
        new String(recorded("anthropic/message-no-usage.json"), StandardCharsets.UTF_8)
            .replace(
                "{\n \"content\"",
                "{\"usage\":{\"input_tokens\":0,\"output_tokens\":0},\"content\"");

    Completion completion =
        codec.decode(Samples.request("hello"), body.getBytes(StandardCharsets.UTF_8));

    assertThat(body).contains("usage");
    assertThat(completion.usage()).isEqualTo(TokenUsage.of(1, 2));
    assertThat(completion.tokensEstimated()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "end_turn, STOP",
    "stop_sequence, STOP",
    "max_tokens, LENGTH",
    "model_context_window_exceeded, LENGTH",
    "refusal, CONTENT_FILTER",
    "tool_use, TOOL_CALL",
    "pause_turn, OTHER",
    "something_new, OTHER"
  })
  void mapsEachStopReason(String raw, FinishReason reason) throws Exception {
    String body =
        new String(recorded("anthropic/message-refusal.json"), StandardCharsets.UTF_8)
            .replace("\"stop_reason\": \"refusal\"", "\"stop_reason\": \"" + raw + "\"");

    Completion completion =
        codec.decode(Samples.request("hello"), body.getBytes(StandardCharsets.UTF_8));

    assertThat(completion.finishReason()).isEqualTo(reason);
    assertThat(completion.rawFinishReason()).isEqualTo(raw);
  }

  @Test
  void aMessageWithoutContentThatWasBilledSaysSo() {
    ProviderException failure = failure(recorded("anthropic/no-content-billed.json"));

    assertThat(failure.kind()).isEqualTo(FailureKind.UNREADABLE_RESPONSE);
    assertThat(failure.billing()).isEqualTo(Billing.BILLED);
    assertThat(failure.details().usage()).isEqualTo(TokenUsage.of(12, 0));
  }

  @Test
  void anErrorAtHttp200IsTheErrorThatItNames() {
    ProviderException failure = failure(recorded("anthropic/error-at-200.json"));

    assertThat(failure.kind()).isEqualTo(FailureKind.OVERLOADED);
    assertThat(failure.billing()).isEqualTo(Billing.REFUSED);
    assertThat(failure.status()).isEqualTo(200);
  }

  @Test
  void whatIsNotJsonCannotBeRead() {
    ProviderException failure = failure("{\"id\": \"msg_".getBytes(StandardCharsets.UTF_8));

    assertThat(failure.kind()).isEqualTo(FailureKind.UNREADABLE_RESPONSE);
    assertThat(failure.billing()).isEqualTo(Billing.POSSIBLE);
    assertThat(failure.details().rawBody()).isEqualTo("{\"id\": \"msg_");
  }

  private Completion decode(String file) throws ProviderException {
    return codec.decode(Samples.request("hello"), recorded("anthropic/" + file));
  }

  private ProviderException failure(byte[] body) {
    return catchThrowableOfType(
        ProviderException.class, () -> codec.decode(Samples.request("hello"), body));
  }
}
