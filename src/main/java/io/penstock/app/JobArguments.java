package io.penstock.app;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What every command on a job takes. */
final class JobArguments {
  @Parameters(paramLabel = "JOB.yaml", description = "the job file")
  String job = "";

  @Option(
      names = "--set",
      paramLabel = "key.path=value",
      description = "overrides a key of the job file; may be repeated")
  List<String> sets = new ArrayList<>();

  @Option(
      names = "--master",
      description = "Spark master; default: spark-submit's, else " + SparkSessions.DEFAULT_MASTER)
  @Nullable String master;

  @Option(
      names = "--conf",
      paramLabel = "key=value",
      description = "Spark setting; may be repeated")
  List<String> settings = new ArrayList<>();

  JobFile readJob() {
    return JobFile.read(job, SparkSessions.isShared(master()), sets, JobWiring.DIALECTS);
  }

  String master() {
    return master == null ? SparkSessions.submittedMaster() : master;
  }

  /** Everything that was typed. */
  List<String> typed() {
    List<String> all = new ArrayList<>(sets);
    all.addAll(settings);
    all.add(job);
    all.add(master());
    return all;
  }
}
