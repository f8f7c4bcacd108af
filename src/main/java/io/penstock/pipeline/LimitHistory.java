package io.penstock.pipeline;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.penstock.limit.LimitChange;
import io.penstock.store.WholeFile;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code limits/<execution>.json} in the run folder: how the accounts' limits changed while the
 * calls of one execution were made, an array of objects with at, account, limit, why and in_flight.
 */
final class LimitHistory {
  private static final Logger LOG = LoggerFactory.getLogger(LimitHistory.class);

  private static final ObjectMapper JSON = new ObjectMapper();

  private LimitHistory() {}

  /**
   * @param missesPath of the execution, whose name the file gets
   */
  static void write(List<LimitChange> changes, String missesPath, RuntimeSettings.RunPlace place) {
    ArrayNode all = JSON.createArrayNode();
    changes.forEach(
        change ->
            all.addObject()
                .put("at", change.at().toString())
                .put("account", change.account())
                .put("limit", change.limit())
                .put("why", change.why())
                .put("in_flight", change.inFlight()));
    Path file =
        new Path(new Path(place.runPath(), "limits"), new Path(missesPath).getName() + ".json");
    try {
      String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(all);
      WholeFile.write(file, text, place.hadoop().value());
    } catch (IOException e) {
      // no reason to give up a run that was paid
      LOG.warn("The history of limits could not be written", e);
    }
  }
}
