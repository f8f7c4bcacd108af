package io.penstock.store;

import io.penstock.domain.Usd;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What one writer of a journal left open: an intent opens, an entry or a settled line of the same
 * fingerprint closes. An intent below zero takes back of what was intended. Confined to one thread.
 */
final class OpenCalls {
  private final Map<String, Usd> open = new HashMap<>();
  private Usd largestIntent = Usd.ZERO;
  private int unflushedWindow;
  private boolean endedOrderly;

  private OpenCalls() {}

  /**
   * Reads a writer's segments to their ends, unless its orderly end is all that there is to say.
   *
   * @param segments all of them, in the order in which they were written
   */
  static InDoubt read(List<Path> segments, Configuration hadoop) throws IOException {
    Path last = segments.get(segments.size() - 1);
    FileSystem files = JournalFiles.open(last, hadoop);
    if (JournalFiles.isLast(files, files.getFileStatus(last))) {
      return InDoubt.NONE;
    }
    OpenCalls calls = new OpenCalls();
    for (Path segment : segments) {
      try (SegmentLines lines = new SegmentLines(segment, hadoop, () -> {})) {
        while (lines.advance()) {
          calls.take(lines);
        }
      }
    }
    return calls.inDoubt();
  }

  private void take(SegmentLines lines) throws IOException {
    switch (lines.kind()) {
      case HEADER ->
          unflushedWindow = ControlLine.number(lines.json(), ControlLine.UNFLUSHED_WINDOW);
      case INTENT -> intend(lines.json());
      case SETTLED -> open.remove(ControlLine.text(lines.json(), ControlLine.SETTLED));
      case ENTRY -> open.remove(lines.entryFingerprint());
      case END ->
          endedOrderly = ControlLine.text(lines.json(), ControlLine.END).equals(ControlLine.LAST);
    }
  }

  private void intend(String json) {
    Usd worst = Usd.of(ControlLine.text(json, ControlLine.WORST_USD));
    String fingerprint = ControlLine.text(json, ControlLine.INTENT);
    open.merge(fingerprint, worst, Usd::plus);
    if (worst.amount().signum() < 0 && open.get(fingerprint).isZero()) {
      open.remove(fingerprint);
    }
    largestIntent = worst.compareTo(largestIntent) > 0 ? worst : largestIntent;
  }

  private InDoubt inDoubt() {
    if (endedOrderly) { // which a listed length that lags behind did not show
      return InDoubt.NONE;
    }
    if (unflushedWindow > 0) { // its last segment was never seen: what was in it is not known
      BigDecimal worst = largestIntent.amount().multiply(BigDecimal.valueOf(unflushedWindow));
      return new InDoubt(unflushedWindow, new Usd(worst));
    }
    return new InDoubt(open.size(), open.values().stream().reduce(Usd.ZERO, Usd::plus));
  }
}
