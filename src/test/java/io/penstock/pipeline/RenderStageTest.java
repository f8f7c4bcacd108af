package io.penstock.pipeline;

import static io.penstock.pipeline.SparkAssert.assertSameRows;
import static io.penstock.pipeline.SparkForTests.row;
import static io.penstock.pipeline.SparkForTests.session;
import static io.penstock.pipeline.SparkForTests.sql;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.lake.Columns;
import io.penstock.pipeline.RenderStage.PromptSource;
import io.penstock.prompt.PromptTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Prompts of templates. */
final class RenderStageTest {
  private static Dataset<Row> render(Dataset<Row> input, @Nullable String system, String user) {
    PromptTemplate instructions = system == null ? null : PromptTemplate.parse(system);
    return new RenderStage(new PromptSource(instructions, PromptTemplate.parse(user), null))
        .apply(input);
  }

  private static Dataset<Row> prompts(Dataset<Row> input, String user) {
    return render(input, null, user)
        .selectExpr("_penstock_prompt.user_prompt as prompt", "_penstock_prompt.error_message");
  }

  private static Dataset<Row> expected(String promptSql, String errorSql) {
    return row(promptSql + " as prompt", errorSql + " as error_message");
  }

  /** SQL and the text that it becomes. */
  private static final String TEXTS =
      """
      date'2026-01-02' | 2026-01-02
      timestamp'2026-01-02 03:04:05.6' | 2026-01-02 03:04:05.6
      cast(1.10 as decimal(10,2)) | 1.10
      true | true
      9223372036854775807 | 9223372036854775807
      0.1D | 0.1
      struct(1 as a, 'x' as b) | {"a":1,"b":"x"}
      struct(1 as a, cast(null as string) as b) | {"a":1,"b":null}
      array(struct(null as `a b`), null) | [{"a b":null},null]
      array('ü "q"', null) | ["ü \\"q\\"",null]
      array() | []
      map('k', cast(null as int)) | {"k":null}
      array(date'2026-01-02') | ["2026-01-02"]
      """;

  @Test
  void valuesBecomeText() {
    List<String[]> cases = TEXTS.lines().map(line -> line.split(" \\| ")).toList();
    List<String> columns = new ArrayList<>();
    cases.forEach(one -> columns.add(one[0] + " as v" + columns.size()));
    String template =
        IntStream.range(0, cases.size()).mapToObj(i -> "<{v" + i + "}>").collect(joining("\n"));
    String text = cases.stream().map(one -> "<" + one[1] + ">").collect(joining("\n"));

    Dataset<Row> prompts = prompts(row(columns.toArray(String[]::new)), template);

    assertSameRows(
        session().createDataset(List.of(text), Encoders.STRING()).toDF("prompt"),
        prompts.select("prompt"));
  }

  @Test
  void smallDecimalsAreWrittenWithoutAnExponent() {
    Dataset<Row> prompts = prompts(row("cast('0.000000001' as decimal(20,12)) as v"), "{v}");

    assertSameRows(expected("'0.000000001000'", "cast(null as string)"), prompts);
  }

  @Test
  void whiteSpaceOfAValueIsKept() {
    Dataset<Row> prompts = prompts(row("' \\t a\\n' as v"), "{v}.");

    assertSameRows(expected("' \\t a\\n.'", "cast(null as string)"), prompts);
  }

  @Test
  void aColumnMayHaveAnyName() {
    List<String> names =
        List.of("two words", "a.b", "a`b", "größe", "1", "s.`x y`", "a:b", " v ", "$v", "A");
    String[] columns = names.stream().map(RenderStageTest::named).toArray(String[]::new);
    String template = names.stream().map(name -> "{" + name + "}").collect(joining(";"));

    Dataset<Row> prompts = prompts(row(columns), template);

    assertSameRows(expected("r'" + String.join(";", names) + "'", "cast(null as string)"), prompts);
  }

  /** A column whose value is its name. */
  private static String named(String name) {
    return "'" + name + "' as " + Columns.quote(name);
  }

  @Test
  void aPathLeadsIntoStructsAndAColumnOfThatNameGoesFirst() {
    Dataset<Row> input =
        row(
            "named_struct('b', named_struct('c d', 1, 'e`f', 2)) as a",
            "named_struct('y', 'field') as x",
            "'column' as `x.y`");

    assertSameRows(
        expected("'1 2 column {\"y\":\"field\"}'", "cast(null as string)"),
        prompts(input, "{a.b.c d} {a.b.e`f} {x.y} {x}"));
  }

  @Test
  void oneValueMayStandInSeveralPlacesAndBracesAreDoubled() {
    assertSameRows(
        expected("'{1} 1 {{}} {w}'", "cast(null as string)"),
        prompts(row("1 as v", "'{w}' as w"), "{{{v}}} {v} {{{{}}}} {w}"));
  }

  @Test
  void aRowWithANullInAnyPlaceHasNoPrompt() {
    Dataset<Row> input =
        sql(
            "select * from values (1, 'a', named_struct('x', 'b')),"
                + " (2, null, named_struct('x', 'b')), (3, 'a', null),"
                + " (4, 'a', named_struct('x', null)) as t(id, v, s)");

    Dataset<Row> rendered =
        render(input, null, "{v} {s.x}")
            .selectExpr(
                "id", "size(_penstock_prompt.messages) as n", "_penstock_prompt.error_message");

    assertSameRows(
        sql(
            "select * from values (1, 1, null), (2, null, 'column v is null'),"
                + " (3, null, 'column s.x is null'), (4, null, 'column s.x is null')"
                + " as t(id, n, error_message)"),
        rendered.selectExpr("id", "if(n < 0, null, n) as n", "error_message"));
  }

  @Test
  void aNullInTheSystemInstructionsIsNoPromptEither() {
    Dataset<Row> rendered = render(row("cast(null as string) as v"), "Be {v}.", "hello");

    assertSameRows(
        row("'column v is null' as error_message"),
        rendered.selectExpr("_penstock_prompt.error_message"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"''", "' \\n\\t'", "'\\u2003'"})
  void aBlankPromptIsNone(String value) {
    assertSameRows(
        expected("cast(null as string)", "'the prompt is empty'"),
        prompts(row(value + " as v"), " {v}\n"));
  }

  @Test
  void systemInstructionsComeFirstAndAreLeftOutWhereBlank() {
    Dataset<Row> input = sql("select * from values (1, 'Be brief.'), (2, ' ') as t(id, s)");

    Dataset<Row> rendered = render(input, "{s}", "Q{id}");

    assertSameRows(
        sql(
            "select * from values (1, '[{\"role\":\"system\",\"content\":\"Be brief.\"},"
                + "{\"role\":\"user\",\"content\":\"Q1\"}]'),"
                + " (2, '[{\"role\":\"user\",\"content\":\"Q2\"}]') as t(id, messages)"),
        rendered.selectExpr("id", "to_json(_penstock_prompt.messages) as messages"));
  }

  @Test
  void aTemplateWithoutPlacesIsThePromptOfEveryRow() {
    assertSameRows(
        sql("select 'Hello' as prompt, cast(null as string) as error_message from range(3)"),
        prompts(sql("select * from range(3)"), "Hello"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {V}     | the input has no column 'V'; did you mean 'v'?
          {s.z}   | the input has no column 's.z'
          {s.x.y} | the input has no column 's.x.y'
          {l.x}   | the input has no column 'l.x'
          {s.}    | the input has no column 's.'
          {`v`}   | the input has no column '`v`'
          """)
  void namesThePlaceThatHasNoColumn(String user, String message) {
    Dataset<Row> input =
        row("1 as v", "named_struct('x', 1) as s", "array(named_struct('x', 1)) as l");

    assertThatThrownBy(() -> render(input, null, user))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }
}
