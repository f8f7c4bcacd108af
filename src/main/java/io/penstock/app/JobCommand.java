package io.penstock.app;

import io.penstock.pipeline.PromptJob;
import io.penstock.pipeline.RunConsole;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Mixin;

/**
 * A command that needs a job and a Spark session: reads the one, starts the other, and stops it
 * again.
 */
abstract class JobCommand implements Callable<Integer> {
  @Mixin JobArguments arguments;

  /** Progress goes to standard error, results of the command to standard output. */
  static final RunConsole CONSOLE = System.err::println;

  /** Returns the exit code. */
  abstract int run(PromptJob job, JobWiring wiring) throws Exception;

  @Override
  public final Integer call() throws Exception {
    JobFile file = arguments.readJob();
    try (JobWiring wiring = JobWiring.of(file)) {
      KeyGuard.check(wiring.readKeys(), arguments.typed());
      SparkSession spark =
          SparkSessions.start(file.spec().name(), arguments.master, arguments.settings);
      try {
        return run(new PromptJob(spark, wiring.setup(), CONSOLE), wiring);
      } finally {
        spark.stop();
      }
    }
  }
}
