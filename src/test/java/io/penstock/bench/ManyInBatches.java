package io.penstock.bench;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.app.CommandLines;
import io.penstock.bench.BatchPhases.Phase;
import io.penstock.domain.TokenUsage;
import io.penstock.pricing.ModelPrice;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A job that goes through the Batch API of each dialect, in a process of its own with a small heap;
 * and a quarter of it, which should need as much memory.
 */
final class ManyInBatches implements Measurement {
  private static final int REQUESTS = Integer.getInteger("bench.batch.requests", 120_000);
  private static final int CHARACTERS = Integer.getInteger("bench.batch.characters", 1_000);
  private static final String HEAP = System.getProperty("bench.batch.heap", "1g");
  private static final String DIALECTS =
      System.getProperty("bench.batch.dialects", "openai,anthropic");
  private static final int PART = 4;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private static final String JOB =
      """
      name: batch
      input: {path: prompts.json, format: json, id: ticket_id}
      prompt: {user: "{question}"}
      providers:
        %1$s: {base_url: "%2$s", api_key_env: null, batch: true}
      models:
        small: {provider: %1$s, model: %3$s, max_output_tokens: 256}
      delivery: batch
      batch: {poll_interval_seconds: 1}
      store: {path: store}
      output: {path: answers}
      runs: {path: runs}
      """;

  /** What a job did, and what the simulator says of it. */
  private record Done(int requests, JsonNode probe, JsonNode summary, JsonNode stats, Money money) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "  %,d requests: exit code %d, %d batches, %,d of %,d rows answered, %d paid twice;"
              + " %s; %s s, processor %s s, at most %s in the process%n      %s",
          requests,
          probe.path("exit_code").asInt(),
          stats.path("batches_created").asInt(),
          summary.path("succeeded").asLong(),
          summary.path("rows").asLong(),
          stats.path("billed_duplicates").asLong(),
          money,
          probe.path("seconds").asText(),
          probe.path("cpu_seconds").decimalValue().round(new MathContext(3)),
          megabytes(probe.path("peak_memory_bytes")),
          String.join(", ", Stream.of(Phase.values()).map(this::phase).toList()));
    }

    private String phase(Phase phase) {
      JsonNode of = probe.path(phase.name().toLowerCase(Locale.ROOT));
      return String.format(
          Locale.ROOT,
          "%s %.1f s with %s",
          phase.name().toLowerCase(Locale.ROOT),
          of.path("seconds").asDouble(),
          megabytes(of.path("heap_bytes")));
    }

    private static String megabytes(JsonNode bytes) {
      return (bytes.asLong() >> 20) + " MB";
    }
  }

  /**
   * @param cost by the run's summary
   * @param billed by the simulator
   * @param realtime what the tokens on its invoice cost in realtime
   */
  private record Money(BigDecimal cost, BigDecimal billed, BigDecimal realtime) {
    @Override
    public String toString() {
      return "cost %s USD, invoice %s USD (%s), %s of the realtime price"
          .formatted(
              cost.toPlainString(),
              billed.toPlainString(),
              cost.compareTo(billed) == 0 ? "equal" : "NOT equal",
              billed.divide(realtime, MathContext.DECIMAL64).stripTrailingZeros().toPlainString());
    }
  }

  @Override
  public String measure(Path work) throws IOException, InterruptedException {
    List<String> lines = new ArrayList<>();
    for (String dialect : DIALECTS.split(",")) {
      lines.add("batches of " + dialect + ", heap of at most " + HEAP + ":");
      for (int requests : new int[] {REQUESTS / PART, REQUESTS}) {
        Path folder = work.toAbsolutePath().resolve(dialect + "-" + requests);
        lines.add(run(dialect, requests, Files.createDirectories(folder)).toString());
      }
    }
    return String.join(System.lineSeparator(), lines);
  }

  private static Done run(String dialect, int requests, Path folder)
      throws IOException, InterruptedException {
    write(new Prompts(requests, 1), folder.resolve("prompts.json"));
    String model = dialect.equals("anthropic") ? "claude-haiku-4-5" : Prompts.MODEL;
    try (SimulatorProcess simulator = SimulatorProcess.start("--batch-seconds", "20")) {
      Path job =
          Files.writeString(
              folder.resolve("job.yaml"), JOB.formatted(dialect, simulator.origin(), model));
      Path figures = folder.resolve("figures.json");
      probe(job, figures);
      JsonNode summary = JSON.readTree(onlyRun(folder).resolve("summary.json").toFile());
      JsonNode invoice = simulator.invoice();
      return new Done(
          requests,
          JSON.readTree(figures.toFile()),
          summary,
          simulator.stats(),
          new Money(
              summary.path("cost_usd").decimalValue(),
              new BigDecimal(invoice.path("total_usd").asText()),
              realtime(invoice.at("/models/" + model + "/batch"), job)));
    }
  }

  private static BigDecimal realtime(JsonNode batch, Path job) {
    ModelPrice price = CommandLines.setup(job.toString()).models().get(0).price();
    TokenUsage usage =
        TokenUsage.of(batch.path("input_tokens").asLong(), batch.path("output_tokens").asLong());
    return Objects.requireNonNull(price).cost(usage).amount();
  }

  /** With this one's JVM options, but for the heap. */
  private static void probe(Path job, Path figures) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-Xmx" + HEAP);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            BatchProbe.class.getName(),
            job.toString(),
            figures.toString()));
    Process process = new ProcessBuilder(command).inheritIO().start();
    if (process.waitFor() != 0) {
      throw new IOException("The job's process ended with exit code " + process.exitValue());
    }
  }

  private static Path onlyRun(Path folder) throws IOException {
    try (Stream<Path> runs = Files.list(folder.resolve("runs"))) {
      return runs.filter(run -> Files.exists(run.resolve("summary.json")))
          .findFirst()
          .orElseThrow();
    }
  }

  /** Prompts of at least so many characters, each of them another. */
  private static void write(Prompts prompts, Path file) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (int row = 0; row < prompts.count(); row++) {
        String question = prompts.question(row);
        String text = question.repeat(1 + CHARACTERS / question.length());
        out.write(
            JSON.createObjectNode()
                    .put("ticket_id", row)
                    .put("question", text.substring(0, Math.max(CHARACTERS, question.length())))
                + "\n");
      }
    }
  }
}
