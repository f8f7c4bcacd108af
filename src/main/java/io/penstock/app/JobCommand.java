package io.penstock.app;

import io.penstock.cluster.DriverCoordinator;
import io.penstock.domain.ProviderSecrets;
import io.penstock.pipeline.PromptJob;
import io.penstock.pipeline.RunConsole;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Mixin;

/**
 * A command that needs a job and a Spark session: reads the one, starts the other, and stops it
 * again.
 */
abstract class JobCommand implements Callable<Integer> {
  @Mixin JobArguments arguments;

  /** Where progress goes; what a command is for goes to standard output. */
  RunConsole console() {
    return System.err::println;
  }

  /** Returns the exit code. */
  abstract int run(PromptJob job, JobWiring wiring) throws Exception;

  @Override
  public final Integer call() throws Exception {
    JobFile file = arguments.readJob();
    try (JobWiring wiring =
        JobWiring.of(
            file, () -> SparkSessions.hadoop(arguments.spark.master(), arguments.spark.settings))) {
      Map<String, ProviderSecrets> secrets = wiring.readSecrets();
      KeyGuard.check(secrets.values(), arguments.typed());
      boolean ours = !SparkSessions.isThere();
      SparkSession spark =
          SparkSessions.start(
              file.spec().name(), arguments.spark.master(), arguments.spark.settings);
      try {
        KeyGuard.checkSettings(secrets.values(), spark.sparkContext().conf());
        DriverCoordinator.current()
            .ifPresent(driver -> driver.offerSecrets(secrets, wiring::readAgain));
        return run(new PromptJob(spark, wiring.setup(), console()), wiring);
      } finally {
        if (ours) {
          spark.stop();
        }
      }
    }
  }
}
