package io.penstock.app;

import io.penstock.domain.ProviderSecrets;
import io.penstock.pipeline.PromptJob;
import io.penstock.pipeline.RunConsole;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Mixin;

/**
 * A command that needs a job and a Spark session: reads the one, opens the other, and closes it
 * again.
 */
abstract class JobCommand implements Callable<Integer> {
  @Mixin JobArguments arguments;

  /**
   * Set to {@code json} where standard error is for programs: jobs/run has the logs in JSON then.
   */
  private static final String LOG_FORMAT = "PENSTOCK_LOG";

  private static final Logger LOG = LoggerFactory.getLogger(JobCommand.class);

  private RunConsole console =
      "json".equals(System.getenv(LOG_FORMAT)) ? LOG::info : line -> System.err.println(line);

  /** Where progress goes; what a command is for goes to standard output. */
  RunConsole console() {
    return console;
  }

  /**
   * Before anything is read.
   *
   * @throws io.penstock.pipeline.InvalidInputException when options do not fit
   */
  void checkOptions() {}

  /** False of a command that calls nobody: secrets that are missing are none to it. */
  boolean calls() {
    return true;
  }

  /** Returns the exit code. */
  abstract int run(PromptJob job, JobWiring wiring, CommandSession session) throws Exception;

  @Override
  public final Integer call() throws Exception {
    checkOptions();
    if (System.getenv(TerminalConsole.VARIABLE) == null) {
      return runJob();
    }
    try (TerminalConsole terminal = TerminalConsole.ofStandardError()) {
      console = terminal;
      return runJob();
    }
  }

  private int runJob() throws Exception {
    JobFile file = arguments.readJob();
    try (JobWiring wiring =
        JobWiring.of(
            file, () -> SparkSessions.hadoop(arguments.spark.master(), arguments.spark.settings))) {
      Map<String, ProviderSecrets> secrets = calls() ? wiring.readSecrets() : wiring.findSecrets();
      KeyGuard.check(secrets.values(), arguments.typed());
      try (CommandSession session = CommandSession.open(file.spec().name(), arguments.spark)) {
        SparkSession spark = session.spark();
        KeyGuard.checkSettings(secrets.values(), spark.sparkContext().conf());
        return run(new PromptJob(spark, wiring.setup(), console()), wiring, session);
      }
    }
  }
}
