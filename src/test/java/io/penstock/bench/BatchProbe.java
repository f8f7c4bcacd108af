package io.penstock.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.app.CommandLines;
import io.penstock.bench.BatchPhases.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Runs {@code infer} on the job file that is its first argument, in a process of its own that looks
 * at itself, and writes what it saw into the file that is its second.
 */
public final class BatchProbe {
  private BatchProbe() {}

  public static void main(String[] arguments) throws IOException {
    long from = System.currentTimeMillis();
    ObjectNode figures = new ObjectMapper().createObjectNode();
    try (LiveHeap heap = LiveHeap.watch()) {
      String listener = "spark.extraListeners=" + BatchPhases.class.getName();
      figures.put("exit_code", CommandLines.execute("infer", arguments[0], "--conf", listener));
      long to = System.currentTimeMillis();
      figures.put("seconds", (to - from) / 1e3);
      figures.put("cpu_seconds", ProcessCpu.nanos() / 1e9);
      figures.put("peak_memory_bytes", PeakMemory.ofProcess(ProcessHandle.current().pid()));
      for (Phase phase : Phase.values()) {
        figures
            .putObject(phase.name().toLowerCase(Locale.ROOT))
            .put("seconds", BatchPhases.seconds(phase, from, to))
            .put("heap_bytes", most(heap, phase));
      }
    }
    Files.writeString(Path.of(arguments[1]), figures.toPrettyString());
    // also ends the threads that Spark leaves behind
    System.exit(0);
  }

  /** 0 for a phase that was over between two looks. */
  private static long most(LiveHeap heap, Phase phase) {
    return heap.seen().stream()
        .filter(look -> BatchPhases.at(look.millis()) == phase)
        .mapToLong(LiveHeap.Look::bytes)
        .max()
        .orElse(0);
  }
}
