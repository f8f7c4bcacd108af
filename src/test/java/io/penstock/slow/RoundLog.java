package io.penstock.slow;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** The rounds that were run so far, kept in a file that survives the harness. */
final class RoundLog {
  private static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private final Path file;
  private final TreeMap<Integer, RoundLine> lines = new TreeMap<>();

  private RoundLog(Path file) {
    this.file = file;
  }

  /**
   * Reads what is there.
   *
   * @param folder is made where it is missing
   */
  static RoundLog open(Path folder) throws IOException {
    RoundLog log = new RoundLog(Files.createDirectories(folder).resolve("rounds.jsonl"));
    if (Files.exists(log.file)) {
      for (String line : Files.readAllLines(log.file)) {
        RoundLine read = JSON.readValue(line, RoundLine.class);
        log.lines.put(read.round(), read);
      }
    }
    return log;
  }

  boolean has(int round) {
    return lines.containsKey(round);
  }

  void append(RoundLine line) throws IOException {
    lines.put(line.round(), line);
    Files.writeString(
        file,
        JSON.writeValueAsString(line) + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  List<RoundLine> lines() {
    return List.copyOf(lines.values());
  }

  /** A table for people, with sums. */
  String toText() {
    StringBuilder text =
        new StringBuilder(
            "round target   moment s  exits      called requests  twice in flight+window in doubt"
                + "      gap USD possible USD  time s\n");
    lines.values().forEach(line -> text.append(row(line)));
    long good = lines.values().stream().filter(RoundLine::isOk).count();
    return text.append(good)
        .append(" of ")
        .append(lines.size())
        .append(" rounds are good\n")
        .toString();
  }

  private static String row(RoundLine line) {
    RoundLine.Kill kill = line.kill();
    String head =
        String.format(
            Locale.ROOT,
            "%5d %-8s %8.1f%s  %-9s",
            line.round(),
            kill.target().name().toLowerCase(Locale.ROOT),
            kill.momentSeconds(),
            kill.struck() ? " " : "-",
            line.exitCodes().toString().replace(" ", ""));
    RoundLine.Paid paid = line.paid();
    RoundLine.Money money = line.money();
    String middle =
        paid == null || money == null
            ? ""
            : String.format(
                Locale.ROOT,
                "%8d %8d %6d %9d+%-6d %8d %12s %12s %7.0f",
                paid.called(),
                paid.requests(),
                paid.twice(),
                paid.inFlight(),
                paid.flushWindow(),
                paid.inDoubt(),
                money.gapUsd().toPlainString(),
                money.possibleUsd().toPlainString(),
                line.seconds());
    String problems = line.isOk() ? "" : "  " + String.join("; ", line.problems());
    return head + middle + problems + "\n";
  }
}
