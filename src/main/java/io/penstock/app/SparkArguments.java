package io.penstock.app;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** What every command that starts Spark takes. */
final class SparkArguments {
  @Option(
      names = "--master",
      scope = ScopeType.INHERIT,
      description = "Spark master; default: spark-submit's, else " + SparkSessions.DEFAULT_MASTER)
  private @Nullable String master;

  @Option(
      names = "--conf",
      paramLabel = "key=value",
      scope = ScopeType.INHERIT,
      description = "Spark setting; may be repeated")
  List<String> settings = new ArrayList<>();

  String master() {
    return master == null ? SparkSessions.submittedMaster() : master;
  }
}
