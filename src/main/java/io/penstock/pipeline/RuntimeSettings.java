package io.penstock.pipeline;

import io.penstock.config.JobSpec.RetrySpec;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.ProviderEndpoint;
import io.penstock.domain.ProviderSecrets;
import io.penstock.limit.AccountLimits;
import io.penstock.pricing.ModelPrice;
import io.penstock.provider.ProviderFactory;
import java.io.Serializable;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * What an executor needs to call. Holds no secret and no connection.
 *
 * @param models the ones that rows are routed to
 * @param undriven null where the session has the plugin
 * @param budget null where the job has none
 */
record RuntimeSettings(
    RunPlace place,
    List<Model> models,
    Window window,
    Retries retries,
    ProviderFactory providers,
    @Nullable Undriven undriven,
    @Nullable RunBudget budget)
    implements Serializable {
  /**
   * @param price null where none is known
   * @param limits of its account, which other models may share
   */
  record Model(ModelSettings settings, @Nullable ModelPrice price, AccountLimits limits)
      implements Serializable {}

  /**
   * @param sync whether the journal is forced to disk
   * @param priceVersion of the price list
   */
  record RunPlace(
      String runId,
      String jobName,
      String storePath,
      boolean sync,
      String runPath,
      String missesPath,
      String priceVersion,
      SerializableConfiguration hadoop)
      implements Serializable {}

  /**
   * @param chunkPauseMillis between a chunk's answers and the next chunk of a task; 0: chunks are
   *     no barriers
   * @param warmUp whether connections are opened before the first call
   */
  record Window(int chunkSize, int chunkPauseMillis, boolean warmUp) implements Serializable {}

  /**
   * For executors that nobody leases anything.
   *
   * @param executors that the limits are divided by
   * @param secrets where each reads the providers' by itself
   */
  record Undriven(int executors, List<SecretPlaces> secrets) implements Serializable {
    Undriven {
      secrets = List.copyOf(secrets);
    }

    /** Read on this machine. */
    ProviderSecrets read(String provider, Configuration hadoop) {
      return secrets.stream()
          .filter(places -> places.providerName().equals(provider))
          .findFirst()
          .map(places -> places.read(() -> hadoop))
          .orElse(ProviderSecrets.NONE);
    }
  }

  /** Each account once. */
  List<AccountLimits> accounts() {
    return models.stream().map(Model::limits).distinct().toList();
  }

  /** A model of each server on each way to it, whatever else it has. */
  Collection<ModelSettings> servers() {
    Map<List<Object>, ModelSettings> servers = new HashMap<>();
    for (Model model : models) {
      ProviderEndpoint endpoint = model.settings().endpoint();
      servers.putIfAbsent(List.of(endpoint.baseUrl(), endpoint.network()), model.settings());
    }
    return servers.values();
  }

  /** Calls that this executor may have under way at once, in all. */
  int mostInFlight() {
    return accounts().stream().mapToInt(AccountLimits::mostPerExecutor).sum();
  }

  /** Of one attempt, of whatever model. */
  Duration longestCall() {
    return models.stream()
        .map(model -> model.settings().endpoint().requestTimeout())
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }

  /** The job's retry section, in numbers that travel. */
  record Retries(int maxAttempts, int maxPaidAttempts, long rowDeadlineSeconds)
      implements Serializable {
    static Retries of(RetrySpec retry) {
      return new Retries(retry.maxAttempts(), retry.maxPaidAttempts(), retry.rowDeadlineSeconds());
    }
  }
}
