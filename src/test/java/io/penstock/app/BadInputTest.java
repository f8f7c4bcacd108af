package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.pipeline.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Input that cannot be used: a clear message, and nothing half-written. No server runs here:
 * nothing may be called.
 */
class BadInputTest {
  private static final String NO_SERVER = "http://127.0.0.1:1";

  @TempDir Path folder;
  private JobHarness jobs;
  private Path job;

  @BeforeEach
  void start() throws IOException {
    jobs = new JobHarness(folder);
    jobs.file(
        "input.jsonl",
        "{\"id\": 1, \"question\": \"a\"}",
        "{\"id\": 1, \"question\": \"b\"}",
        "{\"question\": \"c\"}");
    jobs.file("words.txt", "no json at all", "nor here");
    job = jobs.job(NO_SERVER);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          input.path=nowhere.jsonl                | Path does not exist
          input.path=words.txt                    | cannot be read as json: no column was found
          input.format=parquet                    | is not a Parquet file
          input.format=orc                        | cannot be read as orc
          prompt.user="{qestion}"                 | no column 'qestion'; did you mean 'question'?
          prompt.system="{question.x}"            | no column 'question.x'
          input.id=ident                          | no column 'ident'
          input.id=question_id                    | no column 'question_id'
          input.id=id                             | column id is null in 1 rows
          input.where=id = = 1                    | input.where
          input.where=idd = 1                     | idd
          input.where=rand() < 0.5                | input.where: is not deterministic
          input.columns.x=uuid()                  | input.columns.x: is not deterministic
          input.columns.question=upper(question)  | the input has a column of that name
          input.columns.Cost_USD=1                | Cost_USD. Set output.prefix
          input.columns.run_id=1                  | run_id
          prompt={messages: question}             | must be array<struct<role:string, content:string>>, is string
          prompt={messages: chat}                 | prompt.messages: the input has no column 'chat'
          """)
  void isToldAndLeavesNothing(String set, String message) throws IOException {
    assertThatThrownBy(() -> jobs.run(job, set))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);

    assertThat(jobs.list("runs")).isEmpty();
    assertThat(jobs.list("answers")).isEmpty();
  }

  @Test
  void allColumnsThatTemplatesMissAreTold() {
    assertThatThrownBy(() -> jobs.run(job, "prompt.user=\"{Question} {identifier}\""))
        .hasMessageContaining("'Question'; did you mean 'question'?")
        .hasMessageContaining("'identifier'");
  }

  @Test
  void namesIdsThatRepeat() {
    assertThatThrownBy(() -> jobs.run(job, "input.id=id", "input.where=id is not null"))
        .hasMessageContaining("must not repeat; some that do: 1 (2 times)");
  }

  @Test
  void aFileThatIsDamagedFurtherInIsFoundBeforeAnythingIsPaid() throws IOException {
    Files.createDirectory(folder.resolve("mixed"));
    JobHarness.spark()
        .read()
        .json(folder.resolve("input.jsonl").toString())
        .coalesce(1)
        .write()
        .parquet(folder.resolve("whole").toString());
    try (var files = Files.list(folder.resolve("whole"))) {
      Path part =
          files.filter(file -> file.toString().endsWith(".parquet")).findFirst().orElseThrow();
      Files.copy(part, folder.resolve("mixed/a.parquet"));
      byte[] bytes = Files.readAllBytes(part);
      Files.write(
          folder.resolve("mixed/b.parquet"), java.util.Arrays.copyOf(bytes, bytes.length / 2));
    }

    assertThatThrownBy(() -> jobs.run(job, "input.path=mixed", "input.format=parquet"))
        .isInstanceOf(InvalidInputException.class);

    assertThat(jobs.list("runs")).isEmpty();
    assertThat(jobs.list("answers")).isEmpty();
  }

  @Test
  void routingRulesAreJudgedBeforeAnythingIsRead() throws IOException {
    Files.writeString(
        job,
        "routing: [{when: \"colour = 1\", model: small}, {model: small}]\n",
        java.nio.file.StandardOpenOption.APPEND);

    assertThatThrownBy(() -> jobs.run(job))
        .hasMessageContaining("routing[0].when")
        .hasMessageContaining("colour");
  }

  @Test
  void aFolderOfSomethingElseIsNotTakenForResults() throws IOException {
    Files.createDirectories(folder.resolve("answers"));
    jobs.file("answers/precious.txt", "keep me");

    assertThatThrownBy(() -> jobs.run(job))
        .hasMessageContaining("holds something that is no run (precious.txt)");

    assertThat(jobs.list("answers")).containsExactly("precious.txt");
  }

  @Test
  void aStoreThatCannotBeWrittenStopsBeforeAnythingIsPaid() throws IOException {
    jobs.file("store", "a file where the folder should be");

    assertThatThrownBy(() -> jobs.run(job))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("store.path");
  }

  @Test
  void aKeyThatIsNotThereIsNamed() {
    assertThatThrownBy(
            () -> jobs.run(job, "providers.openai.api_key_env=PENSTOCK_TEST_NO_SUCH_KEY"))
        .hasMessageContaining(
            "providers.openai: no API key: environment variable PENSTOCK_TEST_NO_SUCH_KEY is not set");
  }
}
