package io.penstock.provider.openai;

import static io.penstock.provider.Samples.recorded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.penstock.domain.Completion;
import io.penstock.domain.FailureKind;
import io.penstock.domain.FinishReason;
import io.penstock.domain.Message;
import io.penstock.domain.TokenUsage;
import io.penstock.provider.ModelCodec;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.Samples;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OpenAiAnswerTest {
  private final ModelCodec codec =
      new OpenAiDialect().codec(Samples.model("openai", "http://x/v1"));

  @Test
  void readsACompletionWithAllItsTokens() throws Exception {
    Completion completion = decode("completion.json");

    assertThat(completion)
        .isEqualTo(
            new Completion(
                "Hello! How can I assist you today?",
                null,
                FinishReason.STOP,
                "stop",
                "gpt-4o-mini-2024-07-18",
                "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
                new TokenUsage(2019, 1024, 512, 0, 310, 256),
                false));
  }

  @ParameterizedTest
  @CsvSource({
    "completion-length.json, LENGTH, length, ''",
    "completion-filtered.json, CONTENT_FILTER, content_filter, Some",
    "completion-refusal.json, CONTENT_FILTER, stop, Sorry: I cannot assist with that request.",
    "completion-tool-calls.json, TOOL_CALL, tool_calls,",
    "completion-function-call.json, TOOL_CALL, function_call,",
    "completion-parts.json, STOP, stop, 'Hello, world'",
    "completion-no-finish-reason.json, OTHER,, Hi"
  })
  void readsEachEnd(String file, FinishReason reason, String raw, String text) throws Exception {
    Completion completion = decode(file);

    assertThat(completion.finishReason()).isEqualTo(reason);
    assertThat(completion.rawFinishReason()).isEqualTo(raw);
    assertThat(completion.text()).isEqualTo(text);
    // Ollama's says that no prompt was read
    assertThat(completion.tokensEstimated()).isEqualTo(file.endsWith("no-finish-reason.json"));
  }

  @ParameterizedTest
  @CsvSource({
    // text, end, then input tokens, of them cached, output tokens, of them reasoning
    "servers/vllm.json,                         '\n\n4', STOP,      18,  0,  25,  0",
    "servers/vllm-thought-to-the-end.json,             , LENGTH,     18, 16,  64,  0",
    "servers/llama-cpp.json,                          4, STOP,       30,  0,   2,  0",
    "servers/ollama.json,                             4, STOP,       72,  0,  14,  0",
    "servers/groq.json,                               4, STOP,       78, 64,  30, 21",
    "servers/together.json,                           4, STOP,       41, 32,   2,  0",
    "servers/mistral.json,                            4, STOP,       20, 16,  32,  0",
    "servers/mistral-model-length.json,       'one two', LENGTH, 131000,  0,  72,  0",
    "servers/deepseek.json,                           4, STOP,      100, 64,  40, 33",
    "servers/openrouter.json,                         4, STOP,       16,  0,   2,  0",
    "servers/hugging-face.json,                       4, STOP,       12,  0,   2,  0",
    "completion-reasoned-to-the-end.json,            '', LENGTH,     31,  0, 256, 256"
  })
  void readsTheAnswersOfOtherServersAndReasoningModels(
      String file, String text, FinishReason end, long in, long cached, long out, long reasoning)
      throws Exception {
    Completion completion = decode(file);

    assertThat(completion.text()).isEqualTo(text);
    assertThat(completion.toolCalls()).isNull();
    assertThat(completion.finishReason()).isEqualTo(end);
    assertThat(completion.usage()).isEqualTo(new TokenUsage(in, cached, 0, 0, out, reasoning));
    assertThat(completion.tokensEstimated()).isFalse();
  }

  @Test
  void keepsToolCallsAsTheyWere() throws Exception {
    assertThat(decode("completion-tool-calls.json").toolCalls())
        .isEqualTo(
            "[{\"id\":\"call_abc123\",\"type\":\"function\",\"function\":{\"name\":"
                + "\"get_current_weather\",\"arguments\":"
                + "\"{\\n\\\"location\\\": \\\"Boston, MA\\\"\\n}\"}}]");
    assertThat(decode("completion-function-call.json").toolCalls())
        .isEqualTo("[{\"name\":\"f\",\"arguments\":\"{}\"}]");
  }

  @Test
  void keepsOddTextAndSurvivesOddNumbers() throws Exception {
    assertThat(decode("completion-odd-text.json").text())
        .isEqualTo("nul \0 emoji 😀 lone \ud83d end, raw\ttab");
  }

  @Test
  void countsTokensWhereNoneAreReported() throws Exception {
    Completion completion =
        codec.decode(
            Samples.request(
                new Message(Message.SYSTEM, "hello world"), new Message(Message.USER, "hello")),
            recorded("openai/completion-no-usage.json"));

    // 2 and 1 tokens of text, 3 for each message, 3 for the start of the answer
    assertThat(completion.usage()).isEqualTo(TokenUsage.of(2 + 3 + 1 + 3 + 3, 2));
    assertThat(completion.tokensEstimated()).isTrue();
    assertThat(completion.responseModel()).isNull();
    assertThat(completion.responseId()).isNull();
  }

  /** Some servers report 0 for a prompt that they had cached, or for all. */
  @ParameterizedTest
  @CsvSource({
    "0, 0, hello world, 7, 2, true", // 1 token and 3 and 3 of the format
    "0, 14, hello world, 7, 14, true",
    "72, 0, hello world, 72, 2, true",
    "72, 0, '', 72, 0, false",
    "72, 14, hello world, 72, 14, false"
  })
  void countsWhatCannotBeNone(
      int prompt, int completion, String text, long input, long output, boolean estimated)
      throws Exception {
    String body =
        """
        {"choices":[{"message":{"content":"%s"},"finish_reason":"stop"}],
         "usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}}
        """
            .formatted(text, prompt, completion, prompt + completion);

    Completion answer =
        codec.decode(Samples.request("hello"), body.getBytes(StandardCharsets.UTF_8));

    assertThat(answer.usage()).isEqualTo(TokenUsage.of(input, output));
    assertThat(answer.tokensEstimated()).isEqualTo(estimated);
  }

  @Test
  void geminiCountsThoughtsInTheTotalOnly() throws Exception {
    Completion completion = decode("completion-gemini.json");

    assertThat(completion.text()).isEqualTo("4");
    assertThat(completion.usage())
        .isEqualTo(new TokenUsage(2010, 1990, 0, 0, 2111 - 2010, 2111 - 2010 - 1));
  }

  @Test
  void countsReasoningThatOnlyTheTotalShows() throws Exception {
    assertThat(decode("completion-thinking-in-total-only.json").usage())
        .isEqualTo(new TokenUsage(10, 0, 0, 0, 101, 100));
  }

  @ParameterizedTest
  @CsvSource({
    "error-at-200.json, RATE_LIMITED, REFUSED, Provider returned error",
    "error-at-200-unnamed.json, SERVER_ERROR, NOT_BILLED, upstream went away",
    "error-at-200-flat.json, OVERLOADED, REFUSED, Internal failure",
    "error-at-200-gemini.json, AUTHENTICATION, NOT_BILLED, API key not valid",
    "error-in-choice.json, SERVER_ERROR, BILLED, Upstream error: stream ended",
    "error-in-choice-begun.json, RATE_LIMITED, POSSIBLE, Upstream rate limit while streaming",
    "servers/deepseek-broken-off.json, SERVER_ERROR, BILLED, finish_reason is insufficient_system_resource",
    "servers/openrouter-broken-off.json, SERVER_ERROR, POSSIBLE, finish_reason is error",
    "no-choices-billed.json, UNREADABLE_RESPONSE, BILLED, it has no message",
    "no-message.json, UNREADABLE_RESPONSE, POSSIBLE, it has no message",
    "truncated.json, UNREADABLE_RESPONSE, POSSIBLE, is not JSON"
  })
  void tellsFailuresAtHttp200(String file, FailureKind kind, Billing billing, String message) {
    ProviderException failure = failure(recorded("openai/" + file));

    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.billing()).isEqualTo(billing);
    assertThat(failure.status()).isEqualTo(200);
    assertThat(failure).hasMessageContaining(message);
    assertThat(failure.details().usage() != null).isEqualTo(billing == Billing.BILLED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>busy</html>", "null", "[]", "\"text\"", "{\"choices\":null}"})
  void keepsTheBeginningOfWhatItCannotRead(String body) {
    ProviderException failure = failure(body.getBytes(StandardCharsets.UTF_8));

    assertThat(failure.kind()).isEqualTo(FailureKind.UNREADABLE_RESPONSE);
    assertThat(failure.billing()).isEqualTo(Billing.POSSIBLE);
    assertThat(failure.details().rawBody()).isEqualTo(body);
  }

  @Test
  void boundsTheRawBody() {
    byte[] body = "ü".repeat(5_000).getBytes(StandardCharsets.UTF_8);

    assertThat(failure(body).details().rawBody()).isEqualTo("ü".repeat(2_000));
  }

  private Completion decode(String file) throws ProviderException {
    return codec.decode(Samples.request("hello"), recorded("openai/" + file));
  }

  private ProviderException failure(byte[] body) {
    return catchThrowableOfType(
        ProviderException.class, () -> codec.decode(Samples.request("hello"), body));
  }
}
