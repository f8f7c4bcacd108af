package io.penstock.report;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The texts of a run folder that its report is drawn from.
 *
 * @param summary of {@code summary.json}
 * @param figures of {@code report.json}; null where there is none, as in all that follows
 * @param plan of {@code plan.json}
 * @param batches of {@code batches.json}
 * @param limits of {@code limits/}, by the name of the execution
 * @param timelines of {@code timeline/}, by the name of the execution
 */
public record RunFiles(
    String summary,
    @Nullable String figures,
    @Nullable String plan,
    @Nullable String batches,
    SortedMap<String, String> limits,
    SortedMap<String, String> timelines) {
  public RunFiles {
    limits = Collections.unmodifiableSortedMap(new TreeMap<>(limits));
    timelines = Collections.unmodifiableSortedMap(new TreeMap<>(timelines));
  }
}
