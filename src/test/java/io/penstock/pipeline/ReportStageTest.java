package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.app.CommandLines;
import io.penstock.config.JobSpec;
import io.penstock.domain.FailureKind;
import io.penstock.pipeline.ReportStage.Completeness;
import io.penstock.report.ReportFigures;
import io.penstock.report.ReportFigures.AttemptsBar;
import io.penstock.report.ReportFigures.BillLine;
import io.penstock.report.ReportFigures.FailedRows;
import io.penstock.report.ReportFigures.LatencyBar;
import io.penstock.report.ReportFigures.Sample;
import io.penstock.report.ReportFigures.SlowRow;
import io.penstock.report.ReportFigures.TokenLine;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The figures of a report, from a few rows and entries. */
class ReportStageTest {
  private static final String ROWS =
      "('1', 'small', 'realtime', 'call', null, 10L, 2L, 0.25, 0, 900L, 1, 'a'),"
          + " ('2', 'small', 'realtime', 'call', null, 10L, 3L, 0.5, 0, 4000L, 3, 'b'),"
          + " ('3', 'small', 'realtime', 'duplicate', null, 10L, 3L, 0, 0.5, 4000L, 3, 'b'),"
          + " ('4', 'large', 'batch', 'batch', null, 20L, 5L, null, null, null, 1, 'c'),"
          + " ('5', 'small', 'realtime', null, 'TIMEOUT', null, null, 0, 0, 9L, 6, 'd'),"
          + " ('6', 'small', null, null, 'INVALID_REQUEST', null, null, 0, 0, null, null, null)";

  @TempDir Path folder;

  private JobSpec spec(String... more) throws IOException {
    String job =
        """
        name: triage
        input: {path: input.jsonl, format: json%s}
        prompt: {user: "{text}"}
        models: {small: {provider: openai, model: gpt-4o-mini}}
        store: {path: store}
        output: {path: answers, prefix: "ai "}
        runs: {path: runs}
        """;
    Path file = folder.resolve("job.yaml");
    String id = more.length == 0 ? "" : ", id: id";
    Files.writeString(file, job.formatted(id) + String.join("\n", more) + "\n");
    return CommandLines.setup(file.toString()).spec();
  }

  /** As results are, as far as a report looks; fingerprints are those of {@link LinkedRows}. */
  private static Dataset<Row> results(String rows) {
    return SparkForTests.sql(
        "select id, model as `ai model_name`, delivery as `ai delivery`, served as `ai served_from`, kind as `ai error_kind`,"
            + " cast(input as bigint) as `ai input_tokens`, cast(output as bigint) as `ai output_tokens`, cast(cost as decimal(20,12)) as `ai cost_usd`,"
            + " cast(saved as decimal(20,12)) as `ai saved_usd`, cast(latency as bigint) as `ai latency_ms`, attempts as `ai attempts`,"
            + " fingerprint as `ai fingerprint`, if(kind is null, concat('re: ', fingerprint), null) as `ai completion`"
            + " from values "
            + rows
            + " as t(id, model, delivery, served, kind, input, output, cost, saved, latency, attempts, fingerprint)");
  }

  private static Dataset<Row> rows() {
    return SparkForTests.sql(
        "select cast(null as binary) as fingerprint, array(named_struct('role', 'user', 'content', 'x')) as messages");
  }

  private ReportFigures figures(JobSpec spec, Dataset<Row> rows) throws IOException {
    Dataset<Row> entries =
        new StoredEntries(folder)
            .answer("r1", "a", "0.25")
            .answer("r1", "b", "0.5")
            .batched("r1", "c", "0.125", "0.25")
            .failure("r1", "d", FailureKind.TIMEOUT)
            .answer("r0", "e", "99")
            .store()
            .entriesOf("r1");
    return new ReportStage(spec)
        .apply(results(ROWS), Optional.of(entries), () -> rows, Completeness.PARTIAL);
  }

  @Test
  void theBillIsOfAllRowsByTheWayTheyCame() throws IOException {
    assertThat(figures(spec(), rows()).bill())
        .containsExactly(
            new BillLine("large", "batch", "batch", 1, 20, 5, null, null),
            new BillLine("small", "realtime", "call", 2, 20, 5, usd("0.75"), usd("0")),
            new BillLine("small", "realtime", "duplicate", 1, 10, 3, usd("0"), usd("0.5")),
            new BillLine("small", "realtime", null, 1, 0, 0, usd("0"), usd("0")),
            new BillLine("small", null, null, 1, 0, 0, usd("0"), usd("0")));
  }

  private static BigDecimal usd(String amount) {
    return new BigDecimal(amount);
  }

  @Test
  void tokensLatenciesAndAttemptsAreOfTheRunsOwnEntries() throws IOException {
    ReportFigures figures = figures(spec(), rows());

    assertThat(figures.tokens())
        .containsExactly(
            new TokenLine("gpt-small", "batch", 1, 100, 0, 0, 10, 0),
            new TokenLine("gpt-small", "realtime", 2, 200, 0, 0, 20, 0));
    assertThat(figures.latencies()) // 1500 ms each, between 10^3.1 and 10^3.2; a batch has none
        .containsExactly(new LatencyBar(1259, 1585, 2));
    assertThat(figures.attempts()).containsExactly(new AttemptsBar(1, 2), new AttemptsBar(3, 1));
  }

  @Test
  void latenciesHaveBarsBetweenTheFirstAndTheLast() throws IOException {
    Dataset<Row> entries =
        SparkForTests.sql(
            "select 'm' as request_model, 'realtime' as delivery, ms as latency_ms, n as attempts, if(ms = 7777, 'TIMEOUT', null) as error_kind,"
                + " 1L as input_tokens, 0L as cache_read_input_tokens, 0L as cache_creation_input_tokens, 1L as output_tokens,"
                + " 0L as reasoning_output_tokens"
                + " from values (0L, 1), (9L, 10), (10L, 11), (20L, 500), (7777L, 1) as t(ms, n)");

    ReportFigures figures =
        new ReportStage(spec())
            .apply(
                results(ROWS), Optional.of(entries), ReportStageTest::rows, Completeness.COMPLETE);

    assertThat(figures.latencies())
        .containsExactly(
            new LatencyBar(0, 13, 3),
            new LatencyBar(13, 16, 0),
            new LatencyBar(16, 20, 0),
            new LatencyBar(20, 26, 1));
    assertThat(figures.attempts())
        .containsExactly(
            new AttemptsBar(1, 2), new AttemptsBar(10, 1), new AttemptsBar(AttemptsBar.MANY, 2));
    assertThat(figures.job().complete()).isTrue();
  }

  @Test
  void rowsAreNamedByFingerprintsWhereTheyHaveNoId() throws IOException {
    ReportFigures figures = figures(spec(), rows());

    assertThat(figures.failures())
        .containsExactly(
            new FailedRows("INVALID_REQUEST", 1, List.of("(a row without a prompt)")),
            new FailedRows("TIMEOUT", 1, List.of("d")));
    assertThat(figures.slowest()).extracting(SlowRow::id).containsExactly("b", "a");
    assertThat(figures.samples()).isEmpty();
  }

  @Test
  void rowsAreNamedByTheirIdsWhereTheyHaveSome() throws IOException {
    ReportFigures figures = figures(spec("failures: {tolerated_fraction: 1}"), rows());

    assertThat(figures.job().idColumn()).isEqualTo("id");
    assertThat(figures.failures())
        .containsExactly(
            new FailedRows("INVALID_REQUEST", 1, List.of("6")),
            new FailedRows("TIMEOUT", 1, List.of("5")));
    assertThat(figures.slowest())
        .containsExactly(
            new SlowRow("2", "small", 4000, 3, 3L), new SlowRow("1", "small", 900, 1, 2L));
  }

  @Test
  void ofManyFailuresSomeAreExamples() throws IOException {
    String rows =
        IntStream.range(0, 30)
            .mapToObj(
                i ->
                    "('%d', 'm', null, null, 'TIMEOUT', null, null, 0, 0, null, 1, 'f%02d')"
                        .formatted(i, i))
            .collect(Collectors.joining(", "));
    Dataset<Row> none = new StoredEntries(folder).store().entriesOf("r1");

    ReportFigures figures =
        new ReportStage(spec())
            .apply(results(rows), Optional.of(none), ReportStageTest::rows, Completeness.COMPLETE);

    assertThat(figures.failures())
        .containsExactly(new FailedRows("TIMEOUT", 30, List.of("f00", "f01", "f02", "f03", "f04")));
    assertThat(figures.latencies()).isEmpty();
    assertThat(figures.attempts()).isEmpty();
    assertThat(figures.tokens()).isEmpty();
    assertThat(figures.slowest()).isEmpty();
  }

  @Test
  void samplesAreTheFirstRowsOfEachModelAndFailureKindWithTheirTexts() throws IOException {
    Dataset<Row> linked =
        LinkedRows.of(folder, SparkForTests.sql("select explode(array('x', 'y', 'z')) as text"));
    String rows =
        Stream.of("x", "y", "z")
                .map(
                    text ->
                        "('%1$s', 'small', 'realtime', 'call', null, 1L, 1L, 0, 0, 1L, 1, '%2$s')"
                            .formatted(text, LinkedRows.fingerprint(text)))
                .collect(Collectors.joining(", "))
            + ", ('none', null, null, null, 'INVALID_REQUEST', null, null, 0, 0, null, null, null)";
    JobSpec spec = spec("report: {samples: 2}");
    Dataset<Row> none = new StoredEntries(folder).store().entriesOf("r1");

    List<Sample> samples =
        new ReportStage(spec)
            .apply(results(rows), Optional.of(none), () -> linked, Completeness.COMPLETE)
            .samples();

    assertThat(samples).hasSize(3);
    assertThat(samples)
        .filteredOn(sample -> sample.errorKind() == null)
        .hasSize(2)
        .allSatisfy(
            sample -> {
              assertThat(sample.prompt()).isEqualTo("user: " + sample.id());
              assertThat(sample.completion()).startsWith("re: v1-");
            });
    assertThat(samples).contains(new Sample("none", null, null, "INVALID_REQUEST", null, null));
  }
}
