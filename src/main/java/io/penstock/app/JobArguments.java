package io.penstock.app;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
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

  @Mixin SparkArguments spark;

  JobFile readJob() {
    return JobFile.read(job, SparkSessions.isShared(spark.master()), sets, JobWiring.DIALECTS);
  }

  /** Everything that was typed. */
  List<String> typed() {
    List<String> all = new ArrayList<>(sets);
    all.addAll(spark.settings);
    all.add(job);
    all.add(spark.master());
    return all;
  }
}
