package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.Fingerprint;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Message;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.Network;
import io.penstock.domain.ProviderEndpoint;
import io.penstock.domain.TokenUsage;
import io.penstock.domain.Usd;
import io.penstock.pricing.ModelPrice;
import io.penstock.pricing.ModelPrice.Rates;
import io.penstock.pricing.ModelPrice.Tier;
import io.penstock.tokens.TokenCounter;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelPricingTest {
  private static final long MAX_OUTPUT = 16_384;

  /** Around each message, and once before the answer. */
  private static final int CHAT_TOKENS = 4;

  /** Dearer above 200 tokens; a prompt-cache write is the dearest input. */
  private static final ModelPrice PRICE =
      new ModelPrice(rates("2", "10"), List.of(new Tier(200, rates("4", "15"))), null, MAX_OUTPUT);

  private static Rates rates(String input, String output) {
    BigDecimal usd = new BigDecimal(input);
    BigDecimal write = usd.multiply(new BigDecimal("1.25"));
    return new Rates(usd, new BigDecimal("0.5"), write, write, new BigDecimal(output));
  }

  private static ModelSettings model(@Nullable Integer maxOutput, String parameters) {
    ProviderEndpoint endpoint =
        new ProviderEndpoint(
            "openai",
            "openai",
            "openai",
            "http://x/v1",
            "max_tokens",
            null,
            Duration.ofSeconds(1),
            Network.PLAIN);
    return new ModelSettings("m", endpoint, "gpt", maxOutput, parameters, "{}");
  }

  private static InferenceRequest request(Message... messages) {
    return new InferenceRequest(
        Fingerprint.of(new byte[Fingerprint.BYTES]), "m", List.of(messages));
  }

  private static Message user(String text) {
    return new Message(Message.USER, text);
  }

  private static long tokens(String text) {
    return TokenCounter.o200k().count(text);
  }

  private static TokenUsage written(long input, long output) {
    return new TokenUsage(input, 0, input, 0, output, 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        " ",
        "\0",
        "plain English words",
        "\uD83D\uDE00\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67",
        "\uD83C\uDFF3\uFE0F\u200D\uD83C\uDF08",
        "\uD842\uDFB7\uD840\uDC00 \u9F98\u9750",
        "z\u0351\u036B\u0343a\u0328\u0363l\u0337g\u0331o\u0489",
        "\u1200\u1201\u16A0\u16A1 \u0B85\u0B86",
        "\uFFFD\uFEFF\u202E\u2028\u0085",
        "lone \uD83D surrogate \uDE00",
        "<|endoftext|><|im_start|>",
        "0123456789 9.99e-99 ____ ----",
        "\t\t\n\r\n \u00A0\u2003",
        "{\"k\":[null,\"\\u0000\"]}"
      })
  void noTextCostsMoreThanTheWorstCase(String text) {
    ModelPricing pricing = new ModelPricing(model(null, "{}"), PRICE);
    for (int times : new int[] {1, 7, 90}) {
      String repeated = text.repeat(times);
      long input = tokens(repeated) + 2 * CHAT_TOKENS;

      Usd worst = pricing.worstCase(request(user(repeated)));

      assertThat(worst).isGreaterThanOrEqualTo(pricing.cost(written(input, MAX_OUTPUT)));
      assertThat(worst).isGreaterThanOrEqualTo(pricing.cost(TokenUsage.of(input, 0)));
    }
  }

  @Test
  void manySmallMessagesCostTheirFrames() {
    ModelPricing pricing = new ModelPricing(model(10, "{}"), PRICE);
    InferenceRequest request = request(Collections.nCopies(500, user("a")).toArray(Message[]::new));

    long input = 500 * (tokens("a") + CHAT_TOKENS) + CHAT_TOKENS;

    assertThat(pricing.worstCase(request)).isGreaterThanOrEqualTo(pricing.cost(written(input, 10)));
  }

  @Test
  void toolsAmongTheParametersAreInput() {
    String tools = "{\"tools\":\"" + "weather ".repeat(300) + "\"}";
    Usd without = new ModelPricing(model(10, "{}"), PRICE).worstCase(request(user("a")));
    ModelPricing pricing = new ModelPricing(model(10, tools), PRICE);

    assertThat(pricing.worstCase(request(user("a"))))
        .isGreaterThan(without)
        .isGreaterThanOrEqualTo(pricing.cost(written(tokens(tools) + CHAT_TOKENS, 10)));
  }

  @Test
  void theJobsOutputLimitGoesBeforeThePriceLists() {
    Usd small = new ModelPricing(model(10, "{}"), PRICE).worstCase(request(user("a")));
    Usd listed = new ModelPricing(model(null, "{}"), PRICE).worstCase(request(user("a")));

    // output at 10 USD a million; the input is the same
    BigDecimal difference = listed.amount().subtract(small.amount());
    assertThat(difference)
        .isEqualByComparingTo(new BigDecimal((MAX_OUTPUT - 10) * 10).movePointLeft(6));
  }

  @Test
  void anOutputWithoutAnyLimitIsTakenForAMillionTokens() {
    ModelPrice unbounded = new ModelPrice(rates("2", "10"), List.of(), null, null);

    Usd worst = new ModelPricing(model(null, "{}"), unbounded).worstCase(request(user("a")));

    assertThat(worst).isGreaterThanOrEqualTo(Usd.of("10"));
  }

  @Test
  void withoutAPriceTheCostIsNotKnownAndBoundsAreZero() {
    ModelPricing pricing = new ModelPricing(model(null, "{}"), null);

    assertThat(pricing.known(TokenUsage.of(5, 5))).isNull();
    assertThat(pricing.cost(TokenUsage.of(5, 5))).isEqualTo(Usd.ZERO);
    assertThat(pricing.worstCase(request(user("a")))).isEqualTo(Usd.ZERO);
  }

  @Test
  void aKnownCostIsExact() {
    ModelPricing pricing = new ModelPricing(model(null, "{}"), PRICE);

    assertThat(pricing.known(TokenUsage.of(3, 7))).isEqualTo(Usd.of("0.000076"));
  }
}
