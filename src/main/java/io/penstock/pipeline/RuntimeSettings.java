package io.penstock.pipeline;

import io.penstock.config.JobSpec.RetrySpec;
import io.penstock.domain.ModelSettings;
import io.penstock.pricing.ModelPrice;
import io.penstock.provider.ProviderFactory;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * What an executor needs to call. Holds no secret and no connection.
 *
 * @param models the ones that rows are routed to
 */
record RuntimeSettings(
    RunPlace place, List<Model> models, Window window, Retries retries, ProviderFactory providers)
    implements Serializable {
  /**
   * @param price null where none is known
   */
  record Model(ModelSettings settings, @Nullable ModelPrice price) implements Serializable {}

  /**
   * @param sync whether the journal is forced to disk
   * @param priceVersion of the price list
   */
  record RunPlace(
      String runId,
      String storePath,
      boolean sync,
      String runPath,
      String missesPath,
      String priceVersion,
      SerializableConfiguration hadoop)
      implements Serializable {}

  /**
   * @param permits calls under way at once, per executor and model
   */
  record Window(int permits, int chunkSize) implements Serializable {}

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
