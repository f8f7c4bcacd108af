package io.penstock.simulator;

import static io.penstock.simulator.SimulatorFixture.CLAUDE;
import static io.penstock.simulator.SimulatorFixture.GPT;
import static io.penstock.simulator.SimulatorFixture.chat;
import static io.penstock.simulator.SimulatorFixture.contents;
import static io.penstock.simulator.SimulatorFixture.json;
import static io.penstock.simulator.SimulatorFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What repeats at the beginning of prompts, in usage and on the invoice. */
class PromptCacheTest {
  /** Each word is a token, and so is the mark before it. */
  private static final String LONG = "the ".repeat(1_100).strip();

  private static final int LONG_TOKENS = 1_100 + 3;

  private final FakeClock clock = new FakeClock();
  private final SimulatorFixture fixture = SimulatorFixture.start(Map.of(), clock);

  @AfterEach
  void stop() {
    fixture.close();
  }

  private long openAiCached(String system, String prompt) throws Exception {
    String body =
        chat(GPT, prompt)
            .replace(
                "\"messages\":[",
                "\"messages\":[{\"role\":\"system\",\"content\":\"" + system + "\"},");
    return json(fixture.postChat(body))
        .at("/usage/prompt_tokens_details/cached_tokens")
        .longValue();
  }

  private JsonNode anthropicUsage(String prompt, String... fields) throws Exception {
    String system = ",\"system\":\"" + LONG + "\"" + String.join("", fields);
    return json(fixture.postMessage(message(CLAUDE, prompt, system))).path("usage");
  }

  @Test
  void aLongBeginningIsReadFromTheSecondRequestOn() throws Exception {
    assertThat(openAiCached(LONG, "One")).isZero();
    assertThat(openAiCached(LONG, "Two")).isEqualTo(LONG_TOKENS);
    assertThat(openAiCached(LONG + " end", "Two")).isZero();
  }

  @Test
  void aShortBeginningIsNotKept() throws Exception {
    openAiCached("Be brief.", "One");

    assertThat(openAiCached("Be brief.", "Two")).isZero();
  }

  @Test
  void whatIsNotUsedForFiveMinutesIsForgotten() throws Exception {
    openAiCached(LONG, "One");
    clock.advance(Duration.ofMinutes(4));
    assertThat(openAiCached(LONG, "Two")).isEqualTo(LONG_TOKENS);
    clock.advance(Duration.ofMinutes(4));
    assertThat(openAiCached(LONG, "Three")).isEqualTo(LONG_TOKENS);
    clock.advance(Duration.ofMinutes(5));

    assertThat(openAiCached(LONG, "Four")).isZero();
  }

  @Test
  void resetForgetsAll() throws Exception {
    openAiCached(LONG, "One");

    fixture.send(fixture.request("/reset").POST(HttpRequest.BodyPublishers.noBody()));

    assertThat(openAiCached(LONG, "Two")).isZero();
  }

  @Test
  void anthropicKeepsWhatItIsAskedToForAsLongAsItIsAsked() throws Exception {
    anthropicUsage("Zero");
    JsonNode unasked = anthropicUsage("One");
    JsonNode written =
        anthropicUsage("Two", ",\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}");
    clock.advance(Duration.ofMinutes(50));
    JsonNode read = anthropicUsage("Three", ",\"cache_control\":{\"type\":\"ephemeral\"}");

    assertThat(unasked.path("cache_read_input_tokens").intValue()).isZero();
    assertThat(unasked.path("cache_creation_input_tokens").intValue()).isZero();
    assertThat(written.path("cache_creation_input_tokens").intValue()).isEqualTo(LONG_TOKENS);
    assertThat(written.at("/cache_creation/ephemeral_1h_input_tokens").intValue())
        .isEqualTo(LONG_TOKENS);
    assertThat(written.at("/cache_creation/ephemeral_5m_input_tokens").intValue()).isZero();
    assertThat(read.path("cache_read_input_tokens").intValue()).isEqualTo(LONG_TOKENS);
    assertThat(read.path("input_tokens").intValue()).isEqualTo(1 + 3 + 3);
  }

  @Test
  void theInvoiceHasALineForEachKindOfToken() throws Exception {
    String control = ",\"cache_control\":{\"type\":\"ephemeral\"}";
    anthropicUsage("One", control);
    anthropicUsage("Two", control, ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":50}");

    JsonNode bill = fixture.invoice().at("/models/" + CLAUDE);

    assertThat(bill.at("/input/tokens").intValue()).isEqualTo(2 * (1 + 3 + 3));
    assertThat(bill.at("/cache_write/tokens").intValue()).isEqualTo(LONG_TOKENS);
    assertThat(bill.at("/cached_input/tokens").intValue()).isEqualTo(LONG_TOKENS);
    BigDecimal sum = BigDecimal.ZERO;
    for (String kind :
        new String[] {"input", "cached_input", "cache_write", "cache_write_1h", "output"}) {
      sum = sum.add(new BigDecimal(bill.at("/" + kind + "/usd").textValue()));
    }
    assertThat(sum).isEqualByComparingTo(bill.path("usd").textValue()).isPositive();
  }

  @Test
  void geminiTellsThoughtsBesideTheAnswerAndBillsBoth() throws Exception {
    String config =
        ",\"generationConfig\":{\"thinkingConfig\":{\"thinkingBudget\":50}},"
            + "\"systemInstruction\":{\"parts\":[{\"text\":\""
            + LONG
            + "\"}]}";
    fixture.postContents(contents("One", config));
    JsonNode usage = json(fixture.postContents(contents("Two", config))).path("usageMetadata");

    assertThat(usage.path("cachedContentTokenCount").intValue()).isEqualTo(LONG_TOKENS);
    assertThat(usage.path("thoughtsTokenCount").intValue()).isBetween(1, 50);
    assertThat(usage.path("totalTokenCount").intValue())
        .isEqualTo(
            usage.path("promptTokenCount").intValue()
                + usage.path("candidatesTokenCount").intValue()
                + usage.path("thoughtsTokenCount").intValue());
  }

  @Test
  void onlyWhatIsAskedToThinksAndThoughtsAreOutput() throws Exception {
    JsonNode plain = json(fixture.postChat(chat(GPT, "Hello"))).path("usage");
    JsonNode usage =
        json(fixture.postChat(chat(GPT, "Hello", ",\"reasoning_effort\":\"low\""))).path("usage");

    long thoughts = usage.at("/completion_tokens_details/reasoning_tokens").longValue();
    assertThat(plain.at("/completion_tokens_details/reasoning_tokens").longValue()).isZero();
    assertThat(thoughts).isPositive().isLessThan(usage.path("completion_tokens").longValue());
  }
}
