package io.penstock.app;

import io.penstock.pipeline.RunConsole;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.spark.util.SignalUtils;

/**
 * SIGINT and SIGTERM, taken before Spark's shutdown hooks would pull the session away: the first
 * asks for an end, the second halts.
 */
final class ProcessSignals {
  private ProcessSignals() {}

  /**
   * @param stop is given the reason, on a thread of its own
   */
  static void onStop(Consumer<String> stop, RunConsole console) {
    AtomicBoolean told = new AtomicBoolean();
    for (String signal : List.of("INT", "TERM")) {
      SignalUtils.register(
          signal,
          () -> {
            if (told.getAndSet(true)) {
              Runtime.getRuntime().halt(Main.INTERRUPTED);
            }
            console.say(
                "SIG"
                    + signal
                    + ": ending the run, what was paid is kept; once more halts at once");
            new Thread(() -> stop.accept("SIG" + signal), "penstock-stop").start();
            return Boolean.TRUE; // Spark's own handling is not wanted
          });
    }
  }
}
