package io.penstock.prompt;

import java.io.Serializable;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What decides a model's answer beside the messages.
 *
 * @param identity what the answers belong to
 * @param headers the request headers of the provider; only those that decide the answer are taken
 * @param parametersJson a JSON object
 * @param indifferentParameters names that are left out of {@code parametersJson} and {@code
 *     extraJson}
 * @param extraJson a JSON object
 * @param responseSchemaJson as sent; null where answers may be any text
 */
public record FingerprintBasis(
    String identity,
    String requestModel,
    Map<String, String> headers,
    @Nullable Integer maxOutputTokens,
    String parametersJson,
    String extraJson,
    Set<String> indifferentParameters,
    @Nullable String responseSchemaJson)
    implements Serializable {
  public FingerprintBasis {
    headers = Map.copyOf(headers);
    indifferentParameters = Set.copyOf(indifferentParameters);
  }

  /** Of requests whose answers may be any text. */
  public FingerprintBasis(
      String identity,
      String requestModel,
      Map<String, String> headers,
      @Nullable Integer maxOutputTokens,
      String parametersJson,
      String extraJson,
      Set<String> indifferentParameters) {
    this(
        identity,
        requestModel,
        headers,
        maxOutputTokens,
        parametersJson,
        extraJson,
        indifferentParameters,
        null);
  }
}
