package io.penstock.pipeline;

import io.penstock.pipeline.DedupStage.Deduped;
import io.penstock.pipeline.RealtimeStage.Paid;
import io.penstock.pipeline.RunRows.Requests;
import io.penstock.pipeline.RungStage.Round;
import io.penstock.pipeline.StoreLookupStage.Found;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What there is to do, from a look into the store until nothing is left but batches to wait for.
 *
 * @param round of the rows' requests, the one under way or the last
 * @param work of that round
 * @param paid in all turns so far
 */
record Turn(Requests requests, RungStage rounds, Round round, BatchWork work, Paid paid) {
  Dataset<Row> rows() {
    return requests.rows();
  }

  Deduped deduped() {
    return requests.found().deduped();
  }

  /** All requests, and those that are to be asked for now. */
  Found found() {
    return new Found(deduped(), round.lookup());
  }

  Turn after(Paid all) {
    return new Turn(requests, rounds, round, work, all);
  }

  Turn at(Round next, BatchWork ofIt) {
    return new Turn(requests, rounds, next, ofIt, paid);
  }
}
