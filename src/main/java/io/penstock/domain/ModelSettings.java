package io.penstock.domain;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A model of the job file as the executors need it. Holds no secret.
 *
 * @param name the job's name for it
 * @param requestModel the provider's name for it, as sent
 * @param maxOutputTokens null: the provider's own maximum applies
 * @param parametersJson a JSON object of the generation parameters of the dialect's list, as sent
 * @param extraJson a JSON object of further parameters, as sent
 * @param promptCache what is asked of the provider's prompt cache, where the parameters ask nothing
 * @param responseSchemaJson the JSON Schema that answers must fulfil; null: any text will do
 */
public record ModelSettings(
    String name,
    ProviderEndpoint endpoint,
    String requestModel,
    @Nullable Integer maxOutputTokens,
    String parametersJson,
    String extraJson,
    PromptCacheHint promptCache,
    @Nullable String responseSchemaJson)
    implements Serializable {
  /** Asks nothing of a prompt cache, takes any text for an answer. */
  public ModelSettings(
      String name,
      ProviderEndpoint endpoint,
      String requestModel,
      @Nullable Integer maxOutputTokens,
      String parametersJson,
      String extraJson) {
    this(
        name,
        endpoint,
        requestModel,
        maxOutputTokens,
        parametersJson,
        extraJson,
        PromptCacheHint.NONE,
        null);
  }
}
