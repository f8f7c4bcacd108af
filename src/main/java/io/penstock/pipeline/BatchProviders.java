package io.penstock.pipeline;

import io.penstock.batch.BatchIntent;
import io.penstock.provider.BatchProvider;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;

/** The Batch APIs of a job's models on the driver, for what is small. Confined to one thread. */
final class BatchProviders implements Function<BatchIntent.Target, Optional<BatchProvider>> {
  private final JobSetup setup;
  private final RuntimeSettings settings;
  private final Configuration hadoop;
  private final Map<BatchIntent.Target, Optional<BatchProvider>> connected = new HashMap<>();

  BatchProviders(JobSetup setup, RuntimeSettings settings, Configuration hadoop) {
    this.setup = setup;
    this.settings = settings;
    this.hadoop = hadoop;
  }

  /** Empty where the job has no such model, or its provider no Batch API. */
  @Override
  public Optional<BatchProvider> apply(BatchIntent.Target target) {
    return connected.computeIfAbsent(
        target, asked -> BatchPlug.model(settings, asked).flatMap(this::connect));
  }

  private Optional<BatchProvider> connect(RuntimeSettings.Model model) {
    return setup.models().stream()
        .filter(one -> one.settings().equals(model.settings()) && one.hasBatch())
        .findFirst()
        .flatMap(
            one ->
                settings.providers().batches(model.settings(), one.secrets().read(() -> hadoop)));
  }
}
