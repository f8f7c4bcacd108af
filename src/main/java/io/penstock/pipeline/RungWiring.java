package io.penstock.pipeline;

import io.penstock.config.JobSpec;
import io.penstock.lake.Columns;
import io.penstock.pipeline.RealtimeStage.Paid;
import io.penstock.pipeline.RungLedger.Books;
import io.penstock.pipeline.RungLedger.RungFigures;
import io.penstock.pipeline.RungStage.Round;
import io.penstock.pipeline.RungStage.Serving;
import io.penstock.pipeline.StoreLookupStage.Found;
import io.penstock.prompt.Fingerprinter;
import java.io.IOException;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** What a job's fallbacks and cascade are made of. */
final class RungWiring {
  private final JobSpec spec;
  private final Map<String, Fingerprinter> fingerprinters;
  private final Ladder ladder;
  private final AnswerChecks checks;

  /**
   * @throws InvalidInputException when models are of no use as each other's fallbacks
   */
  RungWiring(JobSetup setup) {
    spec = setup.spec();
    fingerprinters =
        setup.models().stream()
            .collect(
                Collectors.toMap(
                    model -> model.settings().name(),
                    model -> new Fingerprinter(model.fingerprintBasis())));
    ladder = Ladder.of(spec);
    checks = new AnswerChecks(spec.cascade().unless());
    ladder.requireTellable(fingerprinters);
  }

  /** By the job's name for the model. */
  Map<String, Fingerprinter> fingerprinters() {
    return fingerprinters;
  }

  /** See {@link AnswerChecks#require}. */
  Dataset<Row> require(Dataset<Row> input) {
    checks.require(input);
    return input;
  }

  /**
   * @param path a folder of this execution's own
   */
  RungStage stage(Serving serving, String path) {
    LinkWalker walker = new LinkWalker(ladder, fingerprinters, spec.cascade().auditFraction());
    return new RungStage(ladder, walker, checks, serving, path);
  }

  /**
   * What becomes of the rows.
   *
   * @param rows of the results
   */
  record Outcome(Dataset<Row> rows, RungFigures figures) {}

  /**
   * @param last the last round, after its requests were called
   */
  Outcome join(JoinBackStage joinBack, RungStage stage, Found found, Round last, Paid paid)
      throws IOException {
    if (ladder.isFlat()) {
      Dataset<Row> results =
          joinBack.apply(
              last.rows(), found.deduped().unique(), found.lookup().settled(), paid.refused());
      return new Outcome(results, RungFigures.NONE);
    }
    Books books = stage.ledger(spec.cascade().to()).close(last.allWalks().orElseThrow());
    return new Outcome(
        joinBack.apply(stage.standing(last), books, paid.refused()), books.figures());
  }

  /** The input's columns of the rows of a run folder. */
  static Dataset<Row> input(Dataset<Row> rows) {
    return rows.select(Columns.INPUT + ".*");
  }
}
