package io.penstock.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** A job in this JVM, whose simulator is looked at and changed meanwhile. */
final class RunningJob {
  private static final long LOOK_MILLIS = 100;

  private final CompletableFuture<Void> end;
  private final SimulatorProcess simulator;

  private RunningJob(CompletableFuture<Void> end, SimulatorProcess simulator) {
    this.end = end;
    this.simulator = simulator;
  }

  /** Returns when it has made its first call. */
  static RunningJob start(PenstockJob job, Prompts prompts, SimulatorProcess simulator, Path folder)
      throws IOException, InterruptedException {
    simulator.reset();
    CompletableFuture<Void> end =
        CompletableFuture.runAsync(
            () -> {
              try {
                job.call(prompts, simulator.origin(), folder.toAbsolutePath());
              } catch (IOException e) {
                throw new CompletionException(e);
              }
            },
            command -> new Thread(command, "bench-job").start());
    RunningJob running = new RunningJob(end, simulator);
    while (running.stats().path("requests").asLong() == 0) {
      if (end.isDone()) {
        throw new IOException("The job ended without a call");
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
    return running;
  }

  JsonNode stats() throws IOException {
    return simulator.stats();
  }

  int inFlight() throws IOException {
    return stats().path("in_flight").asInt();
  }

  boolean isOver() {
    return end.isDone();
  }

  /** Until all is answered. */
  void awaitEnd() {
    end.join();
  }
}
