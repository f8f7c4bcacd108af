package io.penstock.app;

import io.penstock.pipeline.ReportFolder;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code report RUN_FOLDER}: starts no Spark. */
@Command(
    name = "report",
    description = "Draws a run's report.html anew, from the files in its run folder.")
final class ReportCommand implements Callable<Integer> {
  @Mixin SparkArguments arguments;

  @Parameters(paramLabel = "RUN_FOLDER", description = "runs/<run_id>, on any Hadoop file system")
  String folder;

  @Override
  public Integer call() throws IOException {
    Configuration hadoop = SparkSessions.hadoop(arguments.master(), arguments.settings);
    System.out.println("report    " + new ReportFolder(folder, hadoop).draw());
    return 0;
  }
}
