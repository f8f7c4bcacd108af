package io.penstock.app;

import io.penstock.pipeline.RunConsole;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.spark.util.SignalUtils;

/**
 * SIGINT and SIGTERM during a run, taken before Spark's shutdown hooks would pull the session away:
 * the first asks for an end. Once it is closed they go where they went before.
 */
final class ProcessSignals implements AutoCloseable {
  private static final Set<ProcessSignals> RUNS = ConcurrentHashMap.newKeySet();

  private static boolean taken;

  private final Consumer<String> stop;
  private final RunConsole console;
  private final BooleanSupplier again;
  private final AtomicBoolean told = new AtomicBoolean();

  private ProcessSignals(Consumer<String> stop, RunConsole console, BooleanSupplier again) {
    this.stop = stop;
    this.console = console;
    this.again = again;
  }

  /**
   * The second signal halts.
   *
   * @param stop is given the reason, on a thread of its own
   */
  static ProcessSignals onStop(Consumer<String> stop, RunConsole console) {
    return listen(
        new ProcessSignals(
            stop,
            console,
            () -> {
              Runtime.getRuntime().halt(Main.INTERRUPTED);
              return true;
            }));
  }

  /** The second signal is for whoever started this JVM. */
  static ProcessSignals onStopOfGuest(Consumer<String> stop, RunConsole console) {
    return listen(new ProcessSignals(stop, console, () -> false));
  }

  private static synchronized ProcessSignals listen(ProcessSignals run) {
    RUNS.add(run);
    if (!taken) {
      taken = true;
      // for good: Spark knows no way back, but what tell() does not take goes on to the others
      for (String signal : List.of("INT", "TERM")) {
        SignalUtils.register(signal, () -> tell(signal));
      }
    }
    return run;
  }

  /** Whether a run has taken it, so that nobody else should. */
  static boolean tell(String signal) {
    boolean isTaken = false;
    for (ProcessSignals run : RUNS) {
      isTaken |= run.end(signal);
    }
    return isTaken;
  }

  private boolean end(String signal) {
    if (told.getAndSet(true)) {
      return again.getAsBoolean();
    }
    console.say(
        "SIG" + signal + ": ending the run, what was paid is kept; once more halts at once");
    new Thread(() -> stop.accept("SIG" + signal), "penstock-stop").start();
    return true;
  }

  @Override
  public void close() {
    RUNS.remove(this);
  }
}
