package io.penstock.slow;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;

/**
 * A job in a folder of its own, on any file system: prompts, job file, store, results, runs.
 *
 * @param root URI of the folder
 * @param shape of the work
 */
record TestJob(String root, Shape shape) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String JOB =
      """
      name: %s
      input: {path: "%2$s/prompts", format: json, id: ticket_id}
      prompt: {system: "You answer questions of customers. Be brief.", user: "{question}"}
      providers:
        openai: {base_url: "%3$s/v1", api_key_env: %4$s}
      models:
        small: {provider: openai, model: gpt-4o-mini, max_output_tokens: 128, temperature: 0}
      concurrency: {initial: %5$d, max: %5$d, adaptive: false}
      # no row may fail for good, or two runs could differ
      retry: {max_attempts: 30, max_paid_attempts: 10}
      store: {path: "%2$s/store"}
      output: {path: "%2$s/answers"}
      runs: {path: "%2$s/runs"}
      """;

  /**
   * @param distinct requests
   * @param duplicates rows besides those
   * @param inFlight calls at once per executor
   */
  record Shape(int distinct, int duplicates, int inFlight) {
    int rows() {
      return distinct + duplicates;
    }
  }

  /** Writes prompts and job file. */
  static TestJob create(String root, String name, Shape shape, String origin) throws IOException {
    TestJob job = new TestJob(root, shape);
    try (BufferedWriter out = job.write("prompts/prompts.jsonl")) {
      for (int row = 0; row < shape.rows(); row++) {
        out.write(
            JSON.createObjectNode().put("ticket_id", row).put("question", job.question(row))
                + "\n");
      }
    }
    try (BufferedWriter out = job.write("job.yaml")) {
      out.write(JOB.formatted(name, root, origin, Lab.KEY_VARIABLE, shape.inFlight()));
    }
    return job;
  }

  private String question(int row) {
    int number = row % shape.distinct();
    return "Ticket %d: order %d has not arrived for %d days. Where is it, and who pays?"
        .formatted(number, 1_000_003L * number % 99_999_989, number % 9);
  }

  private BufferedWriter write(String name) throws IOException {
    Path path = new Path(root, name);
    OutputStream out = fileSystem().create(path, false);
    return new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
  }

  private FileSystem fileSystem() throws IOException {
    Configuration configuration = new Configuration();
    configuration.set("dfs.replication", "1");
    return new Path(root).getFileSystem(configuration);
  }

  /** URI of the job file. */
  String file() {
    return root + "/job.yaml";
  }

  /** What a plain reader of the results sees. */
  Results results() throws IOException {
    return results("answers");
  }

  /** The rows so far of an incomplete run. */
  Results partialResults() throws IOException {
    return results("answers/_partial");
  }

  private Results results(String folder) throws IOException {
    List<String> names = list(folder);
    if (names.stream().noneMatch(name -> name.startsWith("run_id="))) {
      throw new IllegalStateException("No results in " + root + "/" + folder + ": " + names);
    }
    return Results.read(root + "/" + folder);
  }

  /** The runs that there have been, one after the other. */
  List<RunFigures> runs() throws IOException {
    List<RunFigures> runs = new ArrayList<>();
    for (String run : list("runs")) {
      if (!run.startsWith("_") && !run.startsWith(".")) {
        runs.add(RunFigures.read(fileSystem(), new Path(root, "runs/" + run)));
      }
    }
    return runs;
  }

  /**
   * The one run that there has been.
   *
   * @throws IllegalStateException where there have been more or none
   */
  RunFigures onlyRun() throws IOException {
    List<RunFigures> runs = runs();
    if (runs.size() != 1) {
      throw new IllegalStateException("Not one run: " + runs);
    }
    return runs.get(0);
  }

  /** Names in one of the job's folders, sorted; empty where it is missing. */
  List<String> list(String name) throws IOException {
    Path path = new Path(root, name);
    if (!fileSystem().exists(path)) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    for (FileStatus child : fileSystem().listStatus(path)) {
      names.add(child.getPath().getName());
    }
    return names.stream().sorted().toList();
  }

  /** Copies the job's folder to the local disk. */
  void copyTo(java.nio.file.Path place) throws IOException {
    Configuration configuration = new Configuration();
    FileUtil.copy(
        fileSystem(),
        new Path(root),
        FileSystem.getLocal(configuration),
        new Path(place.toUri()),
        false,
        configuration);
  }

  /** Deletes the job's folder. */
  void delete() throws IOException {
    fileSystem().delete(new Path(root), true);
  }
}
