package io.penstock.pipeline;

import io.penstock.config.JobSpec.RouteSpec;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.Message;
import io.penstock.pipeline.StoreLookupStage.Found;
import io.penstock.prompt.FingerprintBasis;
import io.penstock.prompt.Fingerprinter;
import io.penstock.prompt.PromptTemplate;
import io.penstock.store.CompletionStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * Rows of {@link LinkStage} for the tests of later stages: the prompt is the column {@code text},
 * and what begins with {@code L} goes to the model large, all else to small.
 */
final class LinkedRows {
  static final Map<String, Fingerprinter> FINGERPRINTERS =
      Map.of("small", fingerprinter("gpt-small"), "large", fingerprinter("gpt-large"));

  private static final List<RouteSpec> RULES =
      List.of(new RouteSpec("text like 'L%'", "large"), new RouteSpec(null, "small"));

  private LinkedRows() {}

  private static Fingerprinter fingerprinter(String requestModel) {
    return new Fingerprinter(
        new FingerprintBasis("openai", requestModel, Map.of(), null, "{}", "{}", Set.of()));
  }

  static Dataset<Row> of(Path folder, Dataset<Row> input) {
    return of(folder, input, Sampling.PLAIN);
  }

  static Dataset<Row> of(Path folder, Dataset<Row> input, Sampling sampling) {
    return new LinkStage(FINGERPRINTERS, sampling, folder.resolve("rows").toString())
        .apply(routed(input), List.of(input.columns()));
  }

  static Dataset<Row> routed(Dataset<Row> input) {
    RenderStage.PromptSource source =
        new RenderStage.PromptSource(null, PromptTemplate.parse("{text}"), null);
    return new RouteStage(RULES, "small").apply(new RenderStage(source).apply(input));
  }

  /** One row per fingerprint of such rows. */
  static Dataset<Row> unique(Path folder, Dataset<Row> rows)
      throws IOException, InterruptedException {
    return found(folder, rows, null).deduped().unique();
  }

  /** What a new store knows of them. */
  static Found found(Path folder, Dataset<Row> rows, @Nullable String idColumn)
      throws IOException, InterruptedException {
    OpenRun run = new OpenRun(new RunFolder("unused", "r0"), Optional.empty());
    return new StoreLookupStage(
            new CompletionStore(rows.sparkSession(), folder + "/no-store"), run, false)
        .apply(rows, idColumn, folder.resolve("requests").toString());
  }

  static Fingerprint fingerprint(String text) {
    String model = text.startsWith("L") ? "large" : "small";
    return FINGERPRINTERS.get(model).of(List.of(new Message(Message.USER, text)));
  }
}
