package io.penstock.domain;

import java.io.Serializable;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a provider and the way to it want to be shown, in memory only. Travels from driver to
 * executor by the plugin's messages and in no other way; never shows its values.
 *
 * @param apiKey null where the provider needs none
 * @param headers values of secret request headers, by name
 * @param proxyPassword null where the proxy asks for none
 * @param former values that these took the place of: of no use any more, but still secret
 */
public record ProviderSecrets(
    @Nullable String apiKey,
    Map<String, String> headers,
    @Nullable String proxyPassword,
    Set<String> former)
    implements Serializable {
  public static final ProviderSecrets NONE = ofKey(null);

  public ProviderSecrets {
    headers = Map.copyOf(headers);
    former = Set.copyOf(former);
  }

  /** A key and nothing else. */
  public static ProviderSecrets ofKey(@Nullable String apiKey) {
    return new ProviderSecrets(apiKey, Map.of(), null, Set.of());
  }

  /** Those that are to be shown. */
  public Set<String> values() {
    Set<String> values = new HashSet<>(headers.values());
    if (apiKey != null) {
      values.add(apiKey);
    }
    if (proxyPassword != null) {
      values.add(proxyPassword);
    }
    return values;
  }

  /** True when the same values are to be shown. */
  public boolean showsWhat(ProviderSecrets other) {
    return withFormer(Set.of()).equals(other.withFormer(Set.of()));
  }

  /** The same, in the place of others. */
  public ProviderSecrets insteadOf(ProviderSecrets others) {
    Set<String> all = new HashSet<>(others.former);
    all.addAll(others.values());
    all.removeAll(values());
    return withFormer(all);
  }

  private ProviderSecrets withFormer(Set<String> values) {
    return new ProviderSecrets(apiKey, headers, proxyPassword, values);
  }

  @Override
  public String toString() {
    return "ProviderSecrets[" + (values().isEmpty() ? "none" : "***") + "]";
  }
}
