package io.penstock.app;

import io.penstock.cluster.SparkBuild;
import io.penstock.pipeline.InvalidInputException;
import io.penstock.pipeline.RunInterruptedException;
import io.penstock.pipeline.StoreFailedException;
import io.penstock.yaml.InvalidConfigurationException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The command line. Exit codes: 0 done, 1 internal error, 2 usage, configuration or input, 3 many
 * rows failed, 4 budget reached, 5 refused, 75 batches pending, 130 interrupted.
 */
@Command(
    name = "penstock",
    description =
        "Carries prompts from a data lake to model APIs and brings back completions with tokens and cost.",
    subcommands = {
      InferCommand.class,
      CheckCommand.class,
      PlanCommand.class,
      PreviewCommand.class,
      BatchesCommand.class,
      StoreCommand.class,
      ReportCommand.class,
      SimulateCommand.class
    })
public final class Main {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);
  private static final int INTERNAL_ERROR = 1;
  private static final int USAGE = 2;

  /** What shells report of a process that SIGINT ended. */
  static final int INTERRUPTED = 130;

  /** Commands of the design whose features are not there yet. */
  private static final Set<String> UNBUILT = Set.of("evaluate");

  private Main() {}

  public static void main(String[] args) {
    System.exit(execute(args));
  }

  /**
   * Runs one command and returns its exit code; for notebooks and managed platforms, whose JVM is
   * not to end with it. A Spark session that is there is used, and left as it is.
   */
  public static int execute(String... args) {
    if (args.length > 0 && UNBUILT.contains(args[0])) {
      return refuse(args[0] + " is not built yet");
    }
    Optional<String> otherSpark = SparkBuild.mismatch();
    if (otherSpark.isPresent()) {
      return refuse(otherSpark.get());
    }
    CommandLine commands = new CommandLine(new Main());
    commands.setExecutionExceptionHandler((error, command, parsed) -> explain(error));
    return commands.execute(args);
  }

  private static int explain(Exception error) {
    if (error instanceof InvalidConfigurationException || error instanceof InvalidInputException) {
      return refuse(String.valueOf(error.getMessage()));
    }
    if (error instanceof RunInterruptedException) {
      System.err.println("interrupted: " + error.getMessage());
      return INTERRUPTED;
    }
    if (error instanceof StoreFailedException) {
      System.err.println("error: " + error.getMessage());
      return INTERNAL_ERROR;
    }
    LOG.error("Internal error", error);
    return INTERNAL_ERROR;
  }

  private static int refuse(String message) {
    List.of(message.split("\n")).forEach(line -> System.err.println("error: " + line));
    return USAGE;
  }
}
