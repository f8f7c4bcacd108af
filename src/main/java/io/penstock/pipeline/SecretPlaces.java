package io.penstock.pipeline;

import io.penstock.domain.ProviderSecrets;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * Where a provider's secrets are read: on the driver, without the plugin on each executor.
 *
 * @param key null: the provider needs none
 * @param headers of secret request headers, by name
 * @param proxyPassword null: there is none
 */
public record SecretPlaces(
    String providerName,
    @Nullable SecretPlace key,
    Map<String, SecretPlace> headers,
    @Nullable SecretPlace proxyPassword)
    implements Serializable {
  public SecretPlaces {
    headers = Map.copyOf(headers);
  }

  /**
   * @param hadoop asked for only where it is needed
   * @throws InvalidInputException when one is not there
   */
  public ProviderSecrets read(Supplier<Configuration> hadoop) {
    Map<String, String> values = new HashMap<>();
    headers.forEach((name, place) -> values.put(name, place.read(hadoop)));
    return new ProviderSecrets(
        key == null ? null : key.read(hadoop),
        values,
        proxyPassword == null ? null : proxyPassword.read(hadoop),
        Set.of());
  }
}
