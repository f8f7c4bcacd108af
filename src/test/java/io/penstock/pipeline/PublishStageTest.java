package io.penstock.pipeline;

import static io.penstock.pipeline.SparkAssert.assertSameRows;
import static io.penstock.pipeline.SparkForTests.hadoop;
import static io.penstock.pipeline.SparkForTests.session;
import static io.penstock.pipeline.SparkForTests.sql;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.config.JobSpec.OutputSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PublishStageTest {
  @TempDir Path folder;
  private Path answers;

  @BeforeEach
  void nameTheFolder() {
    answers = folder.resolve("answers");
  }

  private OutputSpec output(String mode) {
    return new OutputSpec(answers.toString(), "parquet", mode, "");
  }

  private PublishStage staged(String mode, String runId, int rows) throws IOException {
    PublishStage publish = new PublishStage(output(mode), runId, hadoop());
    publish.stage(sql("select id from range(" + rows + ")"));
    return publish;
  }

  private void assertReadersSee(String values) {
    assertSameRows(
        sql("select * from values " + values + " as t(id, run_id)")
            .selectExpr("cast(id as bigint) as id", "run_id"),
        session().read().parquet(answers.toString()));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> children = Files.list(answers)) {
      return children.map(child -> child.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void stagedRowsCanBeReadButAreHidden() throws IOException {
    PublishStage publish = new PublishStage(output("overwrite"), "r1", hadoop());

    String staged = publish.stage(sql("select id from range(2)"));

    assertSameRows(sql("select id from range(2)"), session().read().parquet(staged));
    assertThat(names()).allMatch(name -> name.startsWith("_"));
  }

  @Test
  void stagingAgainReplacesWhatWasStaged() throws IOException {
    PublishStage publish = staged("overwrite", "r1", 5);

    publish.stage(sql("select 7L as id"));
    String place = publish.publishComplete();

    assertReadersSee("(7, 'r1')");
    assertThat(place).isEqualTo(answers + "/run_id=r1");
  }

  @Test
  void overwriteLeavesTheNewestRunOnly() throws IOException {
    staged("append", "r1", 1).publishComplete();
    staged("append", "r2", 2).publishComplete();

    staged("overwrite", "r3", 1).publishComplete();

    assertReadersSee("(0, 'r3')");
    assertThat(names()).containsExactly("run_id=r3");
  }

  @Test
  void appendKeepsTheEarlierRuns() throws IOException {
    staged("append", "r1", 1).publishComplete();
    staged("append", "r2", 2).publishComplete();

    assertReadersSee("(0, 'r1'), (0, 'r2'), (1, 'r2')");
  }

  @ParameterizedTest
  @ValueSource(strings = {"overwrite", "append"})
  void partialRowsAreHiddenAndTheEarlierRunStays(String mode) throws IOException {
    staged(mode, "r1", 1).publishComplete();

    String place = staged(mode, "r2", 3).publishPartial();

    assertReadersSee("(0, 'r1')");
    assertThat(names()).containsExactly("_partial", "run_id=r1");
    assertSameRows(sql("select id from range(3)"), session().read().parquet(place));
  }

  @Test
  void partialRowsOfTheSameRunAreReplaced() throws IOException {
    staged("overwrite", "r1", 3).publishPartial();

    String place = staged("overwrite", "r1", 2).publishPartial();

    assertSameRows(sql("select id from range(2)"), session().read().parquet(place));
  }

  @ParameterizedTest
  @ValueSource(strings = {"overwrite", "append"})
  void aCompleteRunTakesPartialRowsAway(String mode) throws IOException {
    staged(mode, "r1", 3).publishPartial();

    staged(mode, "r2", 1).publishComplete();

    assertReadersSee("(0, 'r2')");
    assertThat(names()).containsExactly("run_id=r2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"data.parquet", "year=2026", "run_idx=1", "run_id"})
  void aFolderThatHoldsSomethingElseIsRefused(String name) throws IOException {
    Files.createDirectories(answers.resolve("run_id=r1"));
    Files.createDirectories(answers.resolve(name));

    assertThatThrownBy(() -> PublishStage.check(output("overwrite"), hadoop()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("holds something that is no run (" + name + ")");
  }

  @Test
  void aFileInItsPlaceIsRefused() throws IOException {
    Files.writeString(answers, "text");

    assertThatThrownBy(() -> PublishStage.check(output("append"), hadoop()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("choose another folder");
  }

  @Test
  void aFolderThatIsMissingEmptyOrOursIsAccepted() throws IOException {
    assertThatCode(() -> PublishStage.check(output("append"), hadoop())).doesNotThrowAnyException();
    Files.createDirectories(answers);
    assertThatCode(() -> PublishStage.check(output("append"), hadoop())).doesNotThrowAnyException();
    staged("append", "r1", 1).publishComplete();
    staged("append", "r2", 1).publishPartial();
    Files.writeString(answers.resolve(".DS_Store"), "");

    assertThatCode(() -> PublishStage.check(output("append"), hadoop())).doesNotThrowAnyException();
  }
}
