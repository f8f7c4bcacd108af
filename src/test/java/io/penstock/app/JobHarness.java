package io.penstock.app;

import io.penstock.cluster.DriverCoordinator;
import io.penstock.pipeline.JobBatches;
import io.penstock.pipeline.JobSetup;
import io.penstock.pipeline.PromptJob;
import io.penstock.pipeline.RunInterrupt;
import io.penstock.pipeline.RunMode;
import io.penstock.simulator.Simulator;
import io.penstock.simulator.SimulatorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Runs job files of a test as the command line does, but in the tests' Spark session. */
final class JobHarness {
  private final Path folder;
  final List<String> said = Collections.synchronizedList(new ArrayList<>());

  /** Of the runs; a used one is replaced by the test. */
  RunInterrupt interrupt = new RunInterrupt();

  JobHarness(Path folder) {
    this.folder = folder;
  }

  static SparkSession spark() {
    return SparkSessions.start(
        "tests", "local[4]", List.of("spark.ui.enabled=false", "spark.sql.shuffle.partitions=4"));
  }

  static Simulator simulator(String... options) {
    Map<String, String> all = new HashMap<>();
    Arrays.stream(options)
        .forEach(option -> all.put(option.split("=", 2)[0], option.split("=", 2)[1]));
    return Simulator.start(SimulatorOptions.parse(all), JobFile.standardPrices(), 0);
  }

  Path file(String name, String... lines) throws IOException {
    return Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n");
  }

  /** Writes {@code input.jsonl} with so many questions, all distinct. */
  void questions(int rows) throws IOException {
    file(
        "input.jsonl",
        IntStream.range(0, rows)
            .mapToObj(i -> "{\"question\": \"number " + i + "\"}")
            .toArray(String[]::new));
  }

  /** Every third question repeats the one before; ids do not repeat. */
  void repeatingQuestions(int rows) throws IOException {
    file(
        "input.jsonl",
        IntStream.range(0, rows)
            .mapToObj(
                i -> "{\"id\": " + i + ", \"question\": \"of " + (i % 3 == 2 ? i - 1 : i) + "\"}")
            .toArray(String[]::new));
  }

  /** A job over {@code input.jsonl} that calls {@code origin} as openai. */
  Path job(String origin, String... more) throws IOException {
    List<String> lines =
        new ArrayList<>(
            List.of(
                "name: test",
                "input: {path: input.jsonl, format: json}",
                "prompt: {system: \"Be brief.\", user: \"Q: {question}\"}",
                "providers: {openai: {base_url: \"" + origin + "\", api_key_env: null}}",
                "models: {small: {provider: openai, model: gpt-4o-mini, max_output_tokens: 400}}",
                "store: {path: store}",
                "output: {path: answers}",
                "runs: {path: runs}"));
    lines.addAll(List.of(more));
    return file("job.yaml", lines.toArray(String[]::new));
  }

  PromptJob.Finished run(Path job, String... sets) throws IOException {
    return run(job, UnaryOperator.identity(), sets);
  }

  PromptJob.Finished run(Path job, UnaryOperator<JobSetup> change, String... sets)
      throws IOException {
    return run(job, RunMode.PLAIN, change, sets);
  }

  PromptJob.Finished run(Path job, RunMode mode, String... sets) throws IOException {
    return run(job, mode, UnaryOperator.identity(), sets);
  }

  private PromptJob.Finished run(
      Path job, RunMode mode, UnaryOperator<JobSetup> change, String... sets) throws IOException {
    JobFile file = JobFile.read(job.toString(), List.of(sets), JobWiring.DIALECTS);
    try (JobWiring wiring = JobWiring.of(file)) {
      SparkSession spark = spark();
      DriverCoordinator.current()
          .orElseThrow()
          .offerSecrets(wiring.readSecrets(), wiring::readAgain);
      return new PromptJob(spark, change.apply(wiring.setup()), said::add).run(mode, interrupt);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  JobBatches batches(Path job, String... sets) throws IOException {
    JobFile file = JobFile.read(job.toString(), List.of(sets), JobWiring.DIALECTS);
    try (JobWiring wiring = JobWiring.of(file)) {
      SparkSession spark = spark();
      DriverCoordinator.current()
          .orElseThrow()
          .offerSecrets(wiring.readSecrets(), wiring::readAgain);
      return new JobBatches(spark, wiring.setup(), said::add);
    }
  }

  /** Runs until so many requests are answered, then ends in order. */
  PromptJob.Finished runUntil(Simulator simulator, long answers, Path job, String... sets)
      throws IOException {
    RunInterrupt stop = new RunInterrupt();
    interrupt = stop;
    CompletableFuture<Void> stopper =
        CompletableFuture.runAsync(
            () -> {
              while (simulator.stats().ok() < answers) {
                Thread.onSpinWait();
              }
              stop.interrupt("SIGTERM");
            });
    PromptJob.Finished finished = run(job, sets);
    stopper.join();
    interrupt = new RunInterrupt();
    return finished;
  }

  /** What a plain reader of {@code output.path} sees. */
  Dataset<Row> results() {
    return spark().read().parquet(folder.resolve("answers").toString());
  }

  /** Names of the files and folders in one of the test's folders; empty where it is missing. */
  List<String> list(String name) throws IOException {
    if (!Files.exists(folder.resolve(name))) {
      return List.of();
    }
    try (var children = Files.list(folder.resolve(name))) {
      return children.map(child -> child.getFileName().toString()).sorted().toList();
    }
  }
}
