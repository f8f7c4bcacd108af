package io.penstock.provider.gemini;

import io.penstock.domain.ModelSettings;
import io.penstock.provider.ModelCodec;
import io.penstock.provider.ProviderDialect;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Google's Gemini. The base URL ends in the version, as in {@code
 * https://generativelanguage.googleapis.com/v1beta}; the model is part of the path. Parameters have
 * the API's own names, in camel case, and stand beside the model wherever the API nests them.
 * Source: GenerateContentConfig of googleapis/python-genai of 2026-08, read 2026-11.
 */
public final class GeminiDialect implements ProviderDialect {
  private static final long serialVersionUID = 1L;

  /** Fields of the request itself. All others are generation parameters and go one level down. */
  static final Set<String> TOP_LEVEL =
      Set.of("safetySettings", "tools", "toolConfig", "serviceTier");

  private static final Set<String> GENERATION =
      Set.of(
          "temperature",
          "topP",
          "topK",
          "stopSequences",
          "seed",
          "presencePenalty",
          "frequencyPenalty",
          "responseLogprobs",
          "logprobs",
          "responseMimeType",
          "responseSchema",
          "responseJsonSchema",
          "responseModalities",
          "thinkingConfig");

  private static final Set<String> RESERVED =
      Set.of(
          "model",
          "contents",
          "systemInstruction",
          "generationConfig",
          "candidateCount",
          "maxOutputTokens",
          // kept prompts are billed by the hour; sound and images have prices of their own
          "cachedContent",
          "speechConfig",
          "imageConfig");

  @Override
  public String name() {
    return "gemini";
  }

  @Override
  public Set<String> parameters() {
    return Stream.concat(TOP_LEVEL.stream(), GENERATION.stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public Set<String> reserved() {
    return RESERVED;
  }

  /** Flex and priority, searches and what else Google runs, sound and images are other prices. */
  @Override
  public Map<String, Set<String>> onlyValues() {
    return Map.of(
        "serviceTier", Set.of("standard"),
        "tools", Set.of("functionDeclarations"),
        "responseModalities", Set.of("TEXT"));
  }

  @Override
  public Set<String> indifferentParameters() {
    return Set.of("serviceTier");
  }

  @Override
  public String basePath() {
    return "/v1beta";
  }

  @Override
  public Set<String> structuredOutput() {
    return Set.of("responseMimeType", "responseSchema", "responseJsonSchema");
  }

  @Override
  public Map<String, String> headers() {
    return Map.of();
  }

  @Override
  public Map.Entry<String, String> authorization(String apiKey) {
    return Map.entry("x-goog-api-key", apiKey);
  }

  @Override
  public ModelCodec codec(ModelSettings model) {
    return new GeminiCodec(model);
  }
}
