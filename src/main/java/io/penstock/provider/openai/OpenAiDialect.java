package io.penstock.provider.openai;

import io.penstock.domain.ModelSettings;
import io.penstock.provider.BatchCodec;
import io.penstock.provider.ModelCodec;
import io.penstock.provider.ProviderDialect;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * OpenAI's chat completions, also spoken by most self-hosted servers and gateways. The base URL
 * ends in the version, as in {@code https://api.openai.com/v1}. Source: OpenAI's OpenAPI
 * description 2.3.0, read 2026-11.
 */
public final class OpenAiDialect implements ProviderDialect {
  private static final long serialVersionUID = 1L;

  private static final Set<String> INDIFFERENT =
      Set.of(
          "user",
          "safety_identifier",
          "metadata",
          "service_tier",
          "store",
          "prompt_cache_key",
          "prompt_cache_options",
          "prompt_cache_retention");

  private static final Set<String> PARAMETERS =
      Set.of(
          "temperature",
          "top_p",
          "stop",
          "seed",
          "frequency_penalty",
          "presence_penalty",
          "logit_bias",
          "logprobs",
          "top_logprobs",
          "response_format",
          "reasoning_effort",
          "verbosity",
          "service_tier",
          "tools",
          "tool_choice",
          "parallel_tool_calls",
          "metadata",
          "store",
          "user",
          "safety_identifier",
          "prompt_cache_key",
          "prompt_cache_options",
          "prompt_cache_retention",
          "prediction");

  private static final Set<String> RESERVED =
      Set.of(
          "model",
          "messages",
          "stream",
          "stream_options",
          "n",
          "max_tokens",
          "max_completion_tokens",
          // answers in sound and searches have prices of their own, which the price list has not
          "modalities",
          "audio",
          "web_search_options");

  @Override
  public String name() {
    return "openai";
  }

  @Override
  public Set<String> parameters() {
    return PARAMETERS;
  }

  @Override
  public Set<String> reserved() {
    return RESERVED;
  }

  /** Flex, priority and scale are other prices; so is what servers' own tools do. */
  @Override
  public Map<String, Set<String>> onlyValues() {
    return Map.of(
        "service_tier", Set.of("auto", "default"),
        "tools.type", Set.of("function", "custom"));
  }

  @Override
  public Set<String> indifferentParameters() {
    return INDIFFERENT;
  }

  @Override
  public Set<String> structuredOutput() {
    return Set.of("response_format");
  }

  @Override
  public Map<String, String> headers() {
    return Map.of();
  }

  @Override
  public Map.Entry<String, String> authorization(String apiKey) {
    return Map.entry("Authorization", "Bearer " + apiKey);
  }

  @Override
  public ModelCodec codec(ModelSettings model) {
    return new OpenAiCodec(model);
  }

  /** Not every server of this dialect has one: there, its addresses are not found. */
  @Override
  public Optional<BatchCodec> batchCodec(ModelSettings model) {
    return Optional.of(new OpenAiBatchCodec(codec(model), OpenAiBatchCodec.Place.OPENAI));
  }
}
