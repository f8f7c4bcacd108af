package io.penstock.provider.openai;

import io.penstock.domain.ModelSettings;
import io.penstock.provider.BatchCodec;
import io.penstock.provider.ModelCodec;
import io.penstock.provider.ProviderDialect;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Azure OpenAI: OpenAI's chat completions under other addresses and another header. A model's name
 * is that of its deployment. The base URL is the resource's, as in {@code
 * https://acme.openai.azure.com}. Source: the SDK of OpenAI for Azure and Azure's REST
 * descriptions, read 2026-11.
 */
public final class AzureDialect implements ProviderDialect {
  private static final long serialVersionUID = 1L;

  private static final OpenAiDialect OPENAI = new OpenAiDialect();

  @Override
  public String name() {
    return "azure";
  }

  @Override
  public Set<String> parameters() {
    return OPENAI.parameters();
  }

  @Override
  public Set<String> reserved() {
    return OPENAI.reserved();
  }

  @Override
  public Map<String, Set<String>> onlyValues() {
    return OPENAI.onlyValues();
  }

  @Override
  public Set<String> indifferentParameters() {
    return OPENAI.indifferentParameters();
  }

  @Override
  public String basePath() {
    return "/openai";
  }

  @Override
  public Set<String> structuredOutput() {
    return OPENAI.structuredOutput();
  }

  @Override
  public Map<String, String> headers() {
    return Map.of();
  }

  @Override
  public Map.Entry<String, String> authorization(String apiKey) {
    return Map.entry("api-key", apiKey);
  }

  /**
   * @throws IllegalArgumentException when the base URL is of the form that has no dated versions,
   *     and there is one
   */
  @Override
  public ModelCodec codec(ModelSettings model) {
    return new AzureCodec(model);
  }

  /**
   * @throws IllegalArgumentException as {@link #codec} does
   */
  @Override
  public Optional<BatchCodec> batchCodec(ModelSettings model) {
    AzureCodec codec = new AzureCodec(model);
    return Optional.of(new OpenAiBatchCodec(codec, codec.batchPlace()));
  }
}
