package io.penstock.slow;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The most heap that a job's driver and executors held after full collections, which it asks for.
 * Of JVMs with the serial collector. Confined to one thread.
 */
final class ClusterHeaps {
  private static final Pattern USED = Pattern.compile("generation\\s+total \\d+K, used (\\d+)K");

  private long driver;
  private long executor;
  private int looks;

  /** Looks at those processes that are there now. */
  void look(Submission running) throws IOException {
    driver = Math.max(driver, live(running.driver()));
    for (ProcessHandle one : running.executors()) {
      executor = Math.max(executor, live(one));
    }
    looks++;
  }

  /** In bytes; 0 of a process that ends meanwhile. */
  private static long live(ProcessHandle process) throws IOException {
    jcmd(process, "GC.run");
    return USED.matcher(jcmd(process, "GC.heap_info"))
            .results()
            .map((MatchResult one) -> one.group(1))
            .mapToLong(Long::parseLong)
            .sum()
        << 10;
  }

  private static String jcmd(ProcessHandle process, String command) throws IOException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Process asked =
        new ProcessBuilder(List.of(jcmd, Long.toString(process.pid()), command))
            .redirectErrorStream(true)
            .start();
    return new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "driver at most %d MB, executors at most %d MB after %d collections",
        driver >> 20,
        executor >> 20,
        looks);
  }
}
