package io.penstock.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.Usd;
import java.io.BufferedReader;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class KilledWriterTest {
  private static final int LINES_BEFORE_THE_KILL = 60;

  @TempDir Path store;

  @Test
  @Timeout(120)
  void keepsWhatItAcknowledgedAndLeavesTheRestInDoubt() throws Exception {
    List<String> acknowledged = linesOfAKilledWriter();
    JournalFolder folder = new JournalFolder(store);

    List<String> kept = numbers(acknowledged, JournalUntilKilled.KEPT);
    assertThat(kept).isNotEmpty();
    assertThat(folder.entries())
        .extracting(StoreEntry::entryId)
        .containsAll(kept.stream().map(number -> "e" + number).toList());
    List<String> unanswered = numbers(acknowledged, JournalUntilKilled.INTENDED);
    unanswered.removeIf(number -> Integer.parseInt(number) % 2 == 0);
    InDoubt inDoubt = folder.inDoubt();
    assertThat(inDoubt.calls()).isBetween((long) unanswered.size(), unanswered.size() + 1L);
    assertThat(inDoubt.worstUsd())
        .isEqualTo(new Usd(BigDecimal.valueOf(inDoubt.calls()).multiply(new BigDecimal("0.5"))));
  }

  private List<String> linesOfAKilledWriter() throws Exception {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                JournalUntilKilled.class.getName(),
                store.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> lines = new ArrayList<>();
    try (BufferedReader out = writer.inputReader()) {
      String line = out.readLine();
      while (line != null) { // also what it printed before the kill took effect
        lines.add(line);
        if (lines.size() == LINES_BEFORE_THE_KILL) {
          writer.toHandle().destroyForcibly(); // this one leaves its output open
        }
        line = out.readLine();
      }
    } finally {
      writer.destroyForcibly().waitFor();
    }
    return lines;
  }

  private static List<String> numbers(List<String> lines, String beginning) {
    List<String> numbers = new ArrayList<>();
    for (String line : lines) {
      if (line.startsWith(beginning)) {
        numbers.add(line.substring(beginning.length()));
      }
    }
    return numbers;
  }
}
