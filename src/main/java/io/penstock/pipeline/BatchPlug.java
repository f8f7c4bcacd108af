package io.penstock.pipeline;

import io.penstock.batch.BatchIntent;
import io.penstock.cluster.ExecutorAgent;
import io.penstock.domain.ProviderSecrets;
import io.penstock.pipeline.RuntimeSettings.Model;
import io.penstock.provider.BatchProvider;
import java.util.Optional;

/** Connects the Batch APIs of a job's models where the lines are: on an executor. */
final class BatchPlug {
  private BatchPlug() {}

  /** For what needs no connection. */
  static BatchProvider unconnected(RuntimeSettings settings, Model model) {
    return provider(settings, model, ProviderSecrets.NONE);
  }

  static BatchProvider connected(RuntimeSettings settings, Model model) {
    String name = model.settings().endpoint().name();
    RuntimeSettings.Undriven undriven = settings.undriven();
    ProviderSecrets secrets =
        undriven == null
            ? ExecutorAgent.current().secrets(name).secrets()
            : undriven.read(name, settings.place().hadoop().value());
    return provider(settings, model, secrets);
  }

  private static BatchProvider provider(
      RuntimeSettings settings, Model model, ProviderSecrets secrets) {
    return settings
        .providers()
        .batches(model.settings(), secrets)
        .orElseThrow(
            () -> new IllegalStateException(model.settings().name() + " has no Batch API"));
  }

  /** A model of the job that asks the same of the same provider; the first where several do. */
  static Optional<Model> model(RuntimeSettings settings, BatchIntent.Target target) {
    return settings.models().stream()
        .filter(
            model ->
                model.settings().endpoint().identity().equals(target.identity())
                    && model.settings().requestModel().equals(target.requestModel())
                    && model.limits().account().equals(target.accountModel()))
        .findFirst();
  }
}
