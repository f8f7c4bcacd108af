package io.penstock.app;

import io.penstock.domain.Fingerprint;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Message;
import io.penstock.pipeline.JobSetup;
import io.penstock.pipeline.PromptJob;
import io.penstock.prompt.Fingerprinter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.spark.sql.Row;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code preview JOB}: prints what would be sent, for the eyes of whoever typed it. */
@Command(
    name = "preview",
    description = "Prints the rendered prompts and request bodies of some rows; calls nothing.")
final class PreviewCommand extends JobCommand {
  @Option(names = "--rows", description = "how many; default: ${DEFAULT-VALUE}")
  int rows = 3;

  @Override
  boolean calls() {
    return false;
  }

  @Override
  int run(PromptJob job, JobWiring wiring, CommandSession session) {
    List<Row> previewed = job.preview(rows);
    for (int i = 0; i < previewed.size(); i++) {
      System.out.println("--- row " + (i + 1) + " of " + previewed.size());
      print(previewed.get(i), wiring.setup());
    }
    return 0;
  }

  private static void print(Row row, JobSetup setup) {
    if (row.isNullAt(0)) {
      System.out.println("no prompt: " + row.getString(1));
      return;
    }
    List<Message> messages = PromptJob.messages(row);
    JobSetup.Model model =
        setup.models().stream()
            .filter(candidate -> candidate.settings().name().equals(row.getString(2)))
            .findFirst()
            .orElseThrow();
    Fingerprint fingerprint = new Fingerprinter(model.fingerprintBasis()).of(messages);
    byte[] body =
        JobWiring.dialect(model.settings())
            .codec(model.settings())
            .encode(new InferenceRequest(fingerprint, model.settings().name(), messages));
    System.out.println("model: " + model.settings().name() + ", fingerprint: " + fingerprint);
    messages.forEach(message -> System.out.println(message.role() + ": " + message.content()));
    System.out.println("body: " + new String(body, StandardCharsets.UTF_8));
  }
}
