package io.penstock.bench;

import io.penstock.app.CommandLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The whole job by its command line, in this JVM, with a new store each time. */
final class PenstockJob implements Client {
  private static final String JOB =
      """
      name: bench
      input: {path: prompts.json, format: json, id: ticket_id}
      prompt:
        system: "%s"
        user: "{question}"
      providers:
        openai: {base_url: "%s/v1", api_key_env: null}
      models:
        small: {provider: openai, model: %s, max_output_tokens: %d, temperature: 0}
      concurrency: %s
      # a simulator that is gone is no reason to wait for it
      retry: {row_deadline_seconds: 120}
      store: {path: store}
      output: {path: answers}
      runs: {path: runs}
      """;

  private final String concurrency;

  /** From the first call on as many at once as the prompts say. */
  PenstockJob() {
    this("");
  }

  /**
   * @param concurrency as in the job file
   */
  PenstockJob(String concurrency) {
    this.concurrency = concurrency;
  }

  /** Writes the prompts and a job for them, with so many calls at once; returns the job file. */
  static Path prepare(Prompts prompts, String origin, Path folder) throws IOException {
    return prepare(
        prompts, origin, folder, "{initial: %1$d, max: %1$d}".formatted(prompts.inFlight()));
  }

  private static Path prepare(Prompts prompts, String origin, Path folder, String concurrency)
      throws IOException {
    prompts.write(folder.resolve("prompts.json"));
    String text =
        JOB.formatted(
            Prompts.SYSTEM, origin, Prompts.MODEL, Prompts.MAX_OUTPUT_TOKENS, concurrency);
    return Files.writeString(folder.resolve("job.yaml"), text);
  }

  @Override
  public CpuTime call(Prompts prompts, String origin, Path folder) throws IOException {
    Path job =
        concurrency.isEmpty()
            ? prepare(prompts, origin, folder)
            : prepare(prompts, origin, folder, concurrency);
    long before = ProcessCpu.nanos();
    int exitCode =
        CommandLines.execute(
            "infer", job.toString(), "--conf", "spark.extraListeners=" + CallsCpu.class.getName());
    long used = ProcessCpu.nanos() - before;
    if (exitCode != 0) {
      throw new IOException("The job ended with exit code " + exitCode);
    }
    return new CpuTime(CallsCpu.lastNanos(), used);
  }
}
