package io.penstock.slow;

import io.penstock.app.CommandLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A job with something of all that a report shows, on this machine. */
final class ReportJob {
  static final int ROWS = 600;

  /** Stands in every prompt. */
  static final String SECRET = "zanzibar-4711";

  private static final int DISTINCT = 500;
  private static final String JOB =
      """
      name: report
      input: {path: prompts.jsonl, format: json, id: ticket_id}
      prompt: {system: "Answer as %2$s would.", user: "Where is {question}?"}
      providers:
        openai: {base_url: "%1$s/v1", api_key_env: null, batch: true}
      models:
        small: {provider: openai, model: gpt-4o-mini, max_output_tokens: 200}
        large: {provider: openai, model: gpt-4o, max_output_tokens: 200}
      cascade: {to: large, unless: [{sql: "ticket_id %% 4 != 0"}], audit_fraction: 0.05}
      delivery: [{when: "ticket_id %% 3 = 0", mode: batch}, {mode: realtime}]
      batch: {poll_interval_seconds: 1}
      concurrency: {initial: 20, max: 40}
      budget: {max_usd: 5, when_over: spend}
      failures: {tolerated_fraction: 0.2}
      store: {path: store}
      output: {path: answers}
      runs: {path: runs}
      """;

  private final Path folder;

  private ReportJob(Path folder) {
    this.folder = folder;
  }

  /**
   * @param folder new
   */
  static ReportJob create(Path folder, String origin) throws IOException {
    Files.createDirectories(folder);
    String rows =
        IntStream.range(0, ROWS).mapToObj(ReportJob::row).collect(Collectors.joining("\n"));
    Files.writeString(folder.resolve("prompts.jsonl"), rows + "\n");
    Files.writeString(folder.resolve("job.yaml"), JOB.formatted(origin, SECRET));
    return new ReportJob(folder);
  }

  /** Some have no prompt: their failure is certain. */
  private static String row(int id) {
    return id % 100 == 7
        ? "{\"ticket_id\": %d}".formatted(id)
        : "{\"ticket_id\": %d, \"question\": \"%s no %d\"}".formatted(id, SECRET, id % DISTINCT);
  }

  /** Returns the exit code. */
  int infer() {
    return CommandLines.execute(
        "infer", folder.resolve("job.yaml").toString(), "--master", "local[4]");
  }

  /** Of its only run. */
  Path runFolder() throws IOException {
    try (Stream<Path> runs = Files.list(folder.resolve("runs"))) {
      return runs.filter(Files::isDirectory).findFirst().orElseThrow();
    }
  }
}
