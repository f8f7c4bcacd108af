package io.penstock.pipeline;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.penstock.limit.Governor;
import io.penstock.limit.LimitChange;
import io.penstock.store.WholeFile;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code limits/<execution>.json} in the run folder: how the accounts' limits changed while the
 * calls of one execution were made, an array of objects with at, account, limit, why and in_flight.
 * Replaced whole as the changes come. Confined to one thread at a time.
 */
final class LimitHistory {
  private static final Logger LOG = LoggerFactory.getLogger(LimitHistory.class);

  private static final ObjectMapper JSON = new ObjectMapper();

  /** After which growth is written too; it says little, and comes often. */
  private static final Duration INTERVAL = Duration.ofSeconds(30);

  private final Governor governor;
  private final String runId;
  private final Path file;
  private final Configuration hadoop;
  private final ArrayNode all = JSON.createArrayNode();
  private int written;
  private long writtenNanos;
  private boolean failed;

  /**
   * @param name of the file, without its ending
   */
  LimitHistory(Governor governor, String name, RuntimeSettings.RunPlace place, long nowNanos) {
    this.governor = governor;
    runId = place.runId();
    file = new Path(new Path(place.runPath(), "limits"), name + ".json");
    hadoop = place.hadoop().value();
    writtenNanos = nowNanos;
  }

  /** Writes what is new, unless it can wait. */
  void look(long nowNanos) {
    List<LimitChange> news = governor.historyAfter(all.size());
    news.forEach(this::add);
    boolean isOverdue = nowNanos - writtenNanos >= INTERVAL.toNanos() && all.size() > written;
    if (isOverdue || news.stream().anyMatch(change -> !change.isGrowth())) {
      write();
      writtenNanos = nowNanos;
    }
  }

  /** Also where nothing has changed. */
  void finish() {
    governor.historyAfter(all.size()).forEach(this::add);
    write();
  }

  private void add(LimitChange change) {
    if (!change.isGrowth()) {
      RunEvents.limitChanged(runId, change);
    }
    all.addObject()
        .put("at", change.at().toString())
        .put("account", change.account())
        .put("limit", change.limit())
        .put("why", change.why())
        .put("in_flight", change.inFlight());
  }

  private void write() {
    try {
      String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(all);
      WholeFile.write(file, text, hadoop);
      written = all.size();
      failed = false;
    } catch (IOException e) {
      // no reason to give up a run that was paid
      if (!failed) {
        LOG.warn("The history of limits could not be written", e);
      }
      failed = true;
    }
  }
}
