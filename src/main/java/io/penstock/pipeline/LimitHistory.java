package io.penstock.pipeline;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.penstock.limit.LimitChange;
import io.penstock.store.WholeFile;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.Path;

/**
 * {@code limits/<execution>.json} in the run folder: how the accounts' limits changed while the
 * calls of one execution were made, an array of objects with at, account, limit, why and in_flight.
 */
final class LimitHistory {
  private static final ObjectMapper JSON = new ObjectMapper();

  private LimitHistory() {}

  /**
   * @param missesPath of the execution, whose name the file gets
   */
  static void write(List<LimitChange> changes, String missesPath, RuntimeSettings.RunPlace place)
      throws IOException {
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
    WholeFile.write(
        file,
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(all),
        place.hadoop().value());
  }
}
