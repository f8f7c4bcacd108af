package io.penstock.provider.anthropic;

import io.penstock.domain.ModelSettings;
import io.penstock.provider.BatchCodec;
import io.penstock.provider.ModelCodec;
import io.penstock.provider.ProviderDialect;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Anthropic's messages. The base URL ends in the version, as in {@code
 * https://api.anthropic.com/v1}; {@code max_output_tokens} must be set. Source: Anthropic's OpenAPI
 * description of 2026-05 and SDK of 2026-08, read 2026-11.
 */
public final class AnthropicDialect implements ProviderDialect {
  private static final long serialVersionUID = 1L;

  private static final String VERSION = "2023-06-01";

  private static final Set<String> INDIFFERENT =
      Set.of("metadata", "service_tier", "cache_control");

  private static final Set<String> PARAMETERS =
      Set.of(
          "temperature",
          "top_p",
          "top_k",
          "stop_sequences",
          "thinking",
          "output_config",
          "tools",
          "tool_choice",
          "metadata",
          "service_tier",
          "cache_control");

  private static final Set<String> RESERVED =
      Set.of(
          "model",
          "messages",
          "system",
          "stream",
          "max_tokens",
          // places, a faster mode and containers have prices of their own, not in the price list
          "inference_geo",
          "speed",
          "container");

  @Override
  public String name() {
    return "anthropic";
  }

  @Override
  public Set<String> parameters() {
    return PARAMETERS;
  }

  @Override
  public Set<String> reserved() {
    return RESERVED;
  }

  /** Priority is another price; so is what Anthropic's own tools do, such as a search. */
  @Override
  public Map<String, Set<String>> onlyValues() {
    return Map.of(
        "service_tier", Set.of("auto", "standard_only"),
        "tools.type", Set.of("custom"));
  }

  @Override
  public Set<String> indifferentParameters() {
    return INDIFFERENT;
  }

  @Override
  public boolean needsMaxOutputTokens() {
    return true;
  }

  @Override
  public Set<String> structuredOutput() {
    return Set.of("output_config.format");
  }

  @Override
  public Map<String, String> headers() {
    return Map.of("anthropic-version", VERSION);
  }

  @Override
  public Map.Entry<String, String> authorization(String apiKey) {
    return Map.entry("x-api-key", apiKey);
  }

  /**
   * @throws IllegalStateException when the model has no {@code max_output_tokens}
   */
  @Override
  public ModelCodec codec(ModelSettings model) {
    return new AnthropicCodec(model);
  }

  /**
   * @throws IllegalStateException as {@link #codec} does
   */
  @Override
  public Optional<BatchCodec> batchCodec(ModelSettings model) {
    return Optional.of(new AnthropicBatchCodec(codec(model)));
  }
}
