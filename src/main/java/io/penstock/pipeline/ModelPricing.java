package io.penstock.pipeline;

import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Message;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.TokenUsage;
import io.penstock.domain.Usd;
import io.penstock.inference.AttemptPricing;
import io.penstock.pricing.ModelPrice;
import io.penstock.tokens.TokenFamily;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What calls of one model cost, and at the most can cost. Thread-safe. */
final class ModelPricing implements AttemptPricing {
  /** More than any chat format puts around a message; OpenAI's is 3 or 4 tokens. */
  private static final int TOKENS_AROUND_A_MESSAGE = 16;

  /**
   * More than the instructions that a provider adds where a request has tools or a schema: for
   * tools Anthropic at most 530 (its guide to tool use, read 2026-11).
   */
  private static final int TOKENS_AROUND_TOOLS = 1_000;

  /**
   * Where neither the job nor the price list bounds the output: larger than any model's window of
   * output today.
   */
  private static final long UNKNOWN_MAX_OUTPUT = 1_000_000;

  private final @Nullable ModelPrice price;
  private final long parameterBytes;
  private final long tokensAroundTools;
  private final long maxOutputTokens;

  ModelPricing(ModelSettings model, @Nullable ModelPrice price) {
    this.price = price;
    String schema = model.responseSchemaJson() == null ? "" : model.responseSchemaJson();
    this.parameterBytes = bytes(model.parametersJson()) + bytes(model.extraJson()) + bytes(schema);
    boolean isInstructed = model.parametersJson().contains("\"tools\"") || !schema.isEmpty();
    this.tokensAroundTools = isInstructed ? TOKENS_AROUND_TOOLS : 0;
    this.maxOutputTokens = maxOutput(model, price);
  }

  /** How tokens are counted. */
  static TokenFamily tokens(@Nullable ModelPrice price) {
    return TokenFamily.of(price == null ? null : price.encoding());
  }

  static long maxOutput(ModelSettings model, @Nullable ModelPrice price) {
    if (model.maxOutputTokens() != null) {
      return model.maxOutputTokens();
    }
    return price == null || price.maxOutput() == null ? UNKNOWN_MAX_OUTPUT : price.maxOutput();
  }

  @Override
  public Usd cost(TokenUsage usage) {
    return price == null ? Usd.ZERO : price.cost(usage);
  }

  /**
   * No tokenizer makes more tokens than there are bytes of UTF-8; tools and schemas among the
   * parameters count too.
   */
  @Override
  public Usd worstCase(InferenceRequest request) {
    if (price == null) {
      return Usd.ZERO;
    }
    long inputTokens = leastInputTokens();
    for (Message message : request.messages()) {
      inputTokens += bytes(message.content()) + TOKENS_AROUND_A_MESSAGE;
    }
    return price.worstCase(inputTokens, maxOutputTokens);
  }

  /** Of the cheapest request that there can be. */
  Usd leastWorstCase() {
    return price == null ? Usd.ZERO : price.worstCase(leastInputTokens(), maxOutputTokens);
  }

  private long leastInputTokens() {
    return parameterBytes + TOKENS_AROUND_A_MESSAGE + tokensAroundTools;
  }

  /** Null where no price is known. */
  @Nullable Usd known(TokenUsage usage) {
    return price == null ? null : price.cost(usage);
  }

  private static long bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
