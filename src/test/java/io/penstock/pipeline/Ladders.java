package io.penstock.pipeline;

import io.penstock.config.JobSpec;
import io.penstock.yaml.Problems;
import io.penstock.yaml.RecordReader;
import io.penstock.yaml.YamlTree;

/** Ladders of jobs that have models and what leads from one to another, and nothing else. */
final class Ladders {
  private static final String REST =
      """
      name: any
      input: {path: any}
      prompt: {user: any}
      store: {path: any}
      output: {path: any}
      runs: {path: any}
      """;

  private Ladders() {}

  /**
   * @param models each {@code name: [{model: next, on: [KIND]}]}
   * @param rest further lines of the job
   */
  static Ladder of(String models, String... rest) {
    StringBuilder job = new StringBuilder(REST + "models:\n");
    for (String model : models.split(";")) {
      String[] parts = model.strip().split(":", 2);
      job.append("  ")
          .append(parts[0])
          .append(": {provider: p, model: m, fallback: ")
          .append(parts[1])
          .append("}\n");
    }
    Problems problems = new Problems("job");
    JobSpec spec =
        new RecordReader(problems)
            .read(YamlTree.parse(job + String.join("\n", rest), problems), JobSpec.class, "");
    problems.throwIfAny();
    return Ladder.of(spec);
  }
}
