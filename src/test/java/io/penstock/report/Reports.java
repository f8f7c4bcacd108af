package io.penstock.report;

import io.penstock.report.ReportFigures.AttemptsBar;
import io.penstock.report.ReportFigures.BillLine;
import io.penstock.report.ReportFigures.FailedRows;
import io.penstock.report.ReportFigures.Job;
import io.penstock.report.ReportFigures.LatencyBar;
import io.penstock.report.ReportFigures.Model;
import io.penstock.report.ReportFigures.Sample;
import io.penstock.report.ReportFigures.SlowRow;
import io.penstock.report.ReportFigures.TokenLine;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Run folders' texts for the tests of the page. */
final class Reports {
  static final SortedMap<String, String> NONE = new TreeMap<>();

  private Reports() {}

  static RunFiles onlySummary(RunSummary summary) {
    return new RunFiles(summary.toJson(), null, null, null, NONE, NONE);
  }

  static RunFiles with(ReportFigures figures) {
    return new RunFiles(Summaries.ordinary().toJson(), figures.toJson(), null, null, NONE, NONE);
  }

  static RunFiles withTimelines(Map<String, String> timelines) {
    return new RunFiles(
        Summaries.ordinary().toJson(), null, null, null, NONE, new TreeMap<>(timelines));
  }

  static ReportFigures figures(String rowId, List<Sample> samples) {
    return new ReportFigures(
        new Job(
            "triage",
            "lake/tickets",
            "parquet",
            "ticket_id",
            List.of(new Model("small", "openai", "gpt-4o-mini")),
            true,
            "2026-11-22T10:00:00Z"),
        List.of(
            new BillLine(
                "small", "realtime", "call", 12_342, 9, 8, new BigDecimal("0.000123"), null)),
        List.of(new TokenLine("gpt-4o-mini", "realtime", 3, 100, 10, 0, 20, 5)),
        List.of(new LatencyBar(1259, 1585, 3)),
        List.of(new AttemptsBar(1, 2)),
        List.of(new FailedRows("TIMEOUT", 1, List.of(rowId))),
        List.of(new SlowRow(rowId, "small", 1500, 2, 8L)),
        samples);
  }
}
