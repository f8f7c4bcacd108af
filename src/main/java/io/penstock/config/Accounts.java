package io.penstock.config;

import io.penstock.config.JobSpec.LimitSpec;
import io.penstock.config.JobSpec.ModelSpec;
import io.penstock.config.JobSpec.ProviderSpec;
import io.penstock.config.JobSpec.SecretSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which of a job's providers are one account: those of one identity whose key comes from one place.
 * Limits hold for an account and model together.
 *
 * @param names the account of each provider that a model uses: the first of its providers' names,
 *     in the order of the alphabet
 */
public record Accounts(Map<String, String> names) {
  /** A provider's name from its model's. */
  private static final char SEPARATOR = '/';

  public Accounts {
    names = Map.copyOf(names);
  }

  /** What two providers of one account have in common. */
  private record Holder(String identity, SecretSpec key) {}

  /**
   * @param spec whose models' providers are there and have addresses
   */
  public static Accounts of(JobSpec spec) {
    Map<Holder, String> holders = new LinkedHashMap<>();
    Map<String, String> names = new LinkedHashMap<>();
    TreeSet<String> used = new TreeSet<>();
    spec.models().values().forEach(model -> used.add(model.provider()));
    for (String name : used) {
      ProviderSpec provider = spec.providers().get(name);
      Holder holder = new Holder(JobSpecReader.identity(provider), provider.apiKey());
      holders.putIfAbsent(holder, name);
      names.put(name, holders.get(holder));
    }
    return new Accounts(names);
  }

  /** Under which a model's limits are shared by the whole cluster: {@code account/model}. */
  public String accountModel(ModelSpec model) {
    return accountModel(model.provider(), model.model());
  }

  /** The limits that the job sets for a model, under whichever of its account's names. */
  public @Nullable LimitSpec limits(ModelSpec model, Map<String, LimitSpec> limits) {
    return limits.entrySet().stream()
        .filter(entry -> accountModel(model).equals(accountModelOf(entry.getKey())))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(null);
  }

  /**
   * Of a key of {@code limits}; null where no model uses its provider.
   *
   * @param key {@code provider/model}
   */
  @Nullable String accountModelOf(String key) {
    String provider = providerOf(key);
    return names.containsKey(provider) && provider.length() < key.length()
        ? accountModel(provider, key.substring(provider.length() + 1))
        : null;
  }

  /** What stands before the first slash of a key of {@code limits}. */
  static String providerOf(String key) {
    int slash = key.indexOf(SEPARATOR);
    return slash < 0 ? key : key.substring(0, slash);
  }

  private String accountModel(String provider, String model) {
    return names.get(provider) + SEPARATOR + model;
  }
}
