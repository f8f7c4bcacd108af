package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.pipeline.PromptJob.Finished;
import io.penstock.simulator.Simulator;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole jobs whose prompts are made shorter. */
class OptimisedJobTest {
  private static final int ROWS = 20;

  @TempDir Path folder;
  private JobHarness jobs;
  private Simulator simulator;

  @BeforeEach
  void start() {
    jobs = new JobHarness(folder);
    simulator = JobHarness.simulator();
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  /** Contexts of 2,000 tokens: a number, a blank and words. */
  private void contexts() throws Exception {
    jobs.file(
        "input.jsonl",
        IntStream.range(0, ROWS)
            .mapToObj(i -> "{\"question\": \"" + (100 + i) + " the".repeat(1_999) + "\"}")
            .toArray(String[]::new));
  }

  @Test
  void columnsCutToHalfTheirTokensHalveTheInput() throws Exception {
    contexts();
    Path job = jobs.job(simulator.origin());
    long whole = jobs.run(job).summary().inputTokens();

    Finished cut = jobs.run(job, "prompt.truncate={question: 1000}");

    long saved = ROWS * 1_000L;
    assertThat(cut.summary().inputTokens()).isEqualTo(whole - saved);
    assertThat(cut.summary().inputTokens() / (double) whole).isBetween(0.5, 0.51);
    assertThat(jobs.said).contains("optimise: 20 prompts shortened, about 20,000 tokens saved");
    assertThat(jobs.results().collectAsList())
        .allSatisfy(
            row ->
                assertThat(row.getList(row.fieldIndex("truncated_columns")))
                    .hasToString("[question]"));
  }

  @Tag("slow")
  @Test
  void rowsThatWereNotCutSayNothing() throws Exception {
    jobs.questions(2);

    jobs.run(jobs.job(simulator.origin()), "prompt.truncate={question: 1000}");

    List<Row> rows = jobs.results().select("truncated_columns").collectAsList();
    assertThat(rows).hasSize(2).allSatisfy(row -> assertThat(row.isNullAt(0)).isTrue());
    assertThat(jobs.said).contains("optimise: 0 prompts shortened, about 0 tokens saved");
  }

  @Tag("slow")
  @Test
  void promptsThatDifferInWhiteSpaceAloneAreOneRequest() throws Exception {
    jobs.file("input.jsonl", "{\"question\": \"a  b\"}", "{\"question\": \"a b \"}");

    Finished finished = jobs.run(jobs.job(simulator.origin()), "prompt.collapse_whitespace=true");

    assertThat(finished.summary().distinct()).isEqualTo(1);
    assertThat(simulator.stats().requests()).isEqualTo(1);
  }

  @Test
  void aPromptThatCannotFitIsARowAndNoCall() throws Exception {
    jobs.file(
        "input.jsonl",
        "{\"question\": \"short\"}",
        "{\"question\": \"the" + " the".repeat(199) + "\"}");

    Finished finished =
        jobs.run(
            jobs.job(simulator.origin()),
            "prices={openai/gpt-4o-mini: {input: '1', output: '1', context_window: 500,"
                + " encoding: o200k_base}}");

    assertThat(simulator.stats().requests()).isEqualTo(1);
    assertThat(finished.summary().failedByKind()).containsEntry("CONTEXT_TOO_LONG", 1L);
    Row row = jobs.results().where("error_kind is not null").first();
    assertThat(row.<String>getAs("error_message"))
        .matches("the prompt has 20\\d tokens and max_output_tokens is 400: .* 500 tokens");
    assertThat(jobs.said)
        .contains(
            "warning: prompts that do not fit the context window of their model and are not"
                + " called: 1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "prompt.truncate={context: 5} | prompt.truncate.context: no template uses this column",
        "prompt.truncate={questio: 5} | prompt.truncate.questio: no template uses this column; did you mean 'question'?",
        "prompt.truncate={question: 0} | prompt.truncate.question: is 0, must be at least 1 token",
        "prompt.truncate={question: -5} | prompt.truncate.question: is -5, must be at least 1 token",
        "prompt.truncate={question: many} | prompt.truncate.question: must be a whole number, is 'many'",
        "prompt={messages: chat, truncate: {question: 5}} | prompt.truncate: cannot stand beside messages: it cuts columns of templates"
      })
  void cutsThatCannotBeAreErrors(String set, String message) throws Exception {
    Path job = jobs.job(simulator.origin());

    assertThatThrownBy(() -> jobs.run(job, set)).hasMessageContaining(message);
    assertThat(simulator.stats().requests()).isZero();
  }
}
