package io.penstock.bench;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.app.CommandLines;
import java.io.BufferedWriter;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What each strategy saves of the bill and of the time of calls, against the same rows without it.
 * All rows are equally long, and all answers end at the same number of tokens, so that shares of
 * rows are shares of money.
 */
final class Savings implements Measurement {
  private static final int ROWS = 1_000;
  private static final int IN_FLIGHT = 16;
  private static final int TOKENS = 100;
  private static final int LONG_TOKENS = 2_000;
  private static final int MAX_OUTPUT_TOKENS = 8;

  /** Of these each is one token of o200k_base with the blank before it. */
  private static final String[] WORDS = {
    "river", "stone", "water", "light", "small", "house", "green", "paper", "letter", "window"
  };

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private static final String JOB =
      """
      name: savings
      input: {path: %s, format: json}
      prompt: {user: "{text}"%s}
      providers:
        openai: {base_url: "%s/v1", api_key_env: null, batch: true}
      models:
        large: {provider: openai, model: gpt-4o, max_output_tokens: %d}
        small: {provider: openai, model: gpt-4o-mini, max_output_tokens: %d}
      routing: %s
      concurrency: {initial: %d, max: %d}
      %s
      store: {path: %s/store}
      output: {path: %s/answers}
      runs: {path: %s/runs}
      """;

  private static final String ALL_LARGE = "[{model: large}]";
  private static final String FOUR_OF_FIVE_SMALL =
      "[{when: \"row % 5 != 0\", model: small}, {model: large}]";
  private static final String TWO_HUNDRED_TIMES =
      "prices: {openai/gpt-4o: {input: \"20\", cached_input: \"10\", output: \"80\"},"
          + " openai/gpt-4o-mini: {input: \"0.1\", cached_input: \"0.05\", output: \"0.4\"}}";

  private static final String IN_BATCHES = "delivery: batch\nbatch: {poll_interval_seconds: 1}";

  private Path folder = Path.of("");
  private String origin = "";

  /** What a job over some rows cost. */
  private record Bill(BigDecimal usd, long inputTokens, double seconds) {}

  @Override
  public String measure(Path work) throws IOException, InterruptedException {
    folder = work.toAbsolutePath();
    writeRows("all", ROWS, TOKENS);
    writeRows("half", ROWS / 2, TOKENS);
    writeRows("four-fifths", ROWS / 5 * 4, TOKENS);
    writeRows("long", ROWS, LONG_TOKENS);
    try (SimulatorProcess simulator = SimulatorProcess.start("--latency", "fixed:200ms")) {
      origin = simulator.origin();
      run("warm-up", "half", "", ALL_LARGE, "");
      Bill plain = run("plain", "all", "", ALL_LARGE, "");
      return Stream.of(
              line("strategy", "bill", "time of calls"),
              afterCaching("half", plain),
              afterCaching("four-fifths", plain),
              routed(plain),
              routedTwoHundredTimesCheaper(),
              truncated(),
              batched(plain))
          .collect(Collectors.joining(System.lineSeparator()));
    }
  }

  private String afterCaching(String cached, Bill plain) throws IOException {
    run("cache-" + cached, cached, "", ALL_LARGE, "");
    Bill rest = run("cache-" + cached, "all", "", ALL_LARGE, "");
    return line(cached + " of the rows in the store", saved(rest, plain), time(rest, plain));
  }

  private String routed(Bill plain) throws IOException {
    Bill routed = run("routed", "all", "", FOUR_OF_FIVE_SMALL, "");
    return line(
        "4 of 5 rows to gpt-4o-mini, else gpt-4o", saved(routed, plain), time(routed, plain));
  }

  private String routedTwoHundredTimesCheaper() throws IOException {
    Bill plain = run("dear", "all", "", ALL_LARGE, TWO_HUNDRED_TIMES);
    Bill routed = run("routed-200", "all", "", FOUR_OF_FIVE_SMALL, TWO_HUNDRED_TIMES);
    return line(
        "4 of 5 rows to a model 200 times cheaper", saved(routed, plain), time(routed, plain));
  }

  private String truncated() throws IOException {
    Bill whole = run("whole", "long", "", ALL_LARGE, "");
    Bill cut = run("cut", "long", ", truncate: {text: " + LONG_TOKENS / 2 + "}", ALL_LARGE, "");
    double input = 1 - (double) cut.inputTokens() / whole.inputTokens();
    return line(
        "prompts of 2,000 tokens truncated to 1,000",
        saved(cut, whole) + String.format(Locale.ROOT, " (%.1f %% of the input)", 100 * input),
        time(cut, whole));
  }

  private String batched(Bill plain) throws IOException {
    return line("in batches", saved(run("batched", "all", "", ALL_LARGE, IN_BATCHES), plain), "");
  }

  private static String line(String strategy, String bill, String time) {
    return String.format(Locale.ROOT, "  %-44s %-34s %s", strategy, bill, time);
  }

  private static String saved(Bill with, Bill without) {
    BigDecimal share = with.usd().divide(without.usd(), MathContext.DECIMAL64);
    return String.format(
        Locale.ROOT, "%.2f %% less", BigDecimal.ONE.subtract(share).movePointRight(2));
  }

  private static String time(Bill with, Bill without) {
    return String.format(
        Locale.ROOT, "%.0f %% less", 100 - 100 * with.seconds() / without.seconds());
  }

  /**
   * @param place of store, results and runs; what an earlier job bought there is found
   * @param more sections of the job file
   */
  private Bill run(String place, String rows, String optimise, String routing, String more)
      throws IOException {
    Path own = Files.createDirectories(folder.resolve(place));
    String text =
        JOB.formatted(
            folder.resolve(rows + ".json"),
            optimise,
            origin,
            MAX_OUTPUT_TOKENS,
            MAX_OUTPUT_TOKENS,
            routing,
            IN_FLIGHT,
            IN_FLIGHT,
            more,
            own,
            own,
            own);
    Path job = Files.writeString(own.resolve("job.yaml"), text);
    int exitCode = CommandLines.execute("infer", job.toString());
    if (exitCode != 0) {
      throw new IOException("infer ended with exit code " + exitCode);
    }
    JsonNode summary = JSON.readTree(latestSummary(own).toFile());
    return new Bill(
        summary.path("cost_usd").decimalValue(),
        summary.path("input_tokens").asLong(),
        summary.path("inference_seconds").asDouble());
  }

  /** Run ids begin with the time. */
  private static Path latestSummary(Path own) throws IOException {
    try (Stream<Path> runs = Files.list(own.resolve("runs"))) {
      return runs.filter(run -> Files.exists(run.resolve("summary.json")))
          .max(Path::compareTo)
          .orElseThrow()
          .resolve("summary.json");
    }
  }

  /** Each text has so many tokens and is told from others by its first words. */
  private void writeRows(String name, int rows, int tokens) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(folder.resolve(name + ".json"))) {
      for (int row = 0; row < rows; row++) {
        ObjectNode line = JSON.createObjectNode().put("row", row).put("text", text(row, tokens));
        out.write(line + "\n");
      }
    }
  }

  private static String text(int row, int tokens) {
    List<String> digits =
        String.format(Locale.ROOT, "%06d", row)
            .chars()
            .mapToObj(digit -> WORDS[digit - '0'])
            .toList();
    return IntStream.range(0, tokens)
        .mapToObj(i -> i < digits.size() ? digits.get(i) : WORDS[i % WORDS.length])
        .collect(Collectors.joining(" ", " ", ""));
  }
}
