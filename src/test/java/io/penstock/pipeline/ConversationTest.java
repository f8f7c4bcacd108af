package io.penstock.pipeline;

import static io.penstock.pipeline.SparkAssert.assertSameRows;
import static io.penstock.pipeline.SparkForTests.row;
import static io.penstock.pipeline.SparkForTests.sql;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.pipeline.RenderStage.PromptSource;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Prompts of a messages column. */
final class ConversationTest {
  private static final String TYPE = "array<struct<role:string,content:string>>";

  private static Dataset<Row> render(Dataset<Row> input, String column) {
    return new RenderStage(new PromptSource(null, null, column)).apply(input);
  }

  private static String turn(String role, String content) {
    return "named_struct('role', '" + role + "', 'content', '" + content + "')";
  }

  /** SQL of a conversation and what is said of it. */
  private static final String OF_NO_USE =
      """
      null | column chat is null or empty
      array() | column chat is null or empty
      array(null) | column chat, message 1: role or content is null
      array(struct('user', 'hi'), null) | column chat, message 2: role or content is null
      array(struct(null, 'hi')) | column chat, message 1: role or content is null
      array(struct('user', null)) | column chat, message 1: role or content is null
      array(struct('user', ' \\n')) | column chat, message 1: content is empty
      array(struct('user', '')) | column chat, message 1: content is empty
      array(struct('tool', 'hi')) | column chat, message 1: role must be one of system, developer, user, assistant
      array(struct('User', 'hi')) | column chat, message 1: role must be one of system, developer, user, assistant
      array(struct('', 'hi')) | column chat, message 1: role must be one of system, developer, user, assistant
      array(struct('system', 'hi')) | column chat has system instructions only
      array(struct('developer', 'a'), struct('system', 'b')) | column chat has system instructions only
      """;

  private static Dataset<Row> told(Dataset<Row> rendered) {
    return rendered.selectExpr(
        "_penstock_prompt.messages",
        "_penstock_prompt.user_prompt",
        "_penstock_prompt.error_message");
  }

  @Test
  void aConversationOfNoUseIsTold() {
    List<String[]> cases = OF_NO_USE.lines().map(line -> line.split(" \\| ")).toList();
    String input =
        cases.stream()
            .map(one -> "select cast(" + one[0] + " as " + TYPE + ") as chat")
            .collect(joining(" union all "));
    String expected =
        cases.stream()
            .map(one -> "(cast(null as " + TYPE + "), cast(null as string), '" + one[1] + "')")
            .collect(joining(", "));

    Dataset<Row> rendered = told(render(sql(input), "chat"));

    assertSameRows(
        sql("select * from values " + expected + " as t(messages, user_prompt, error_message)"),
        rendered);
  }

  @Test
  void turnsPassUnchangedAndRulesSeeTheLastOneOfTheUser() {
    String turns =
        "array("
            + String.join(
                ", ",
                turn("developer", " Be kind. "),
                turn("user", "one"),
                turn("assistant", "two"),
                turn("user", "three\\n{x}"),
                turn("assistant", "It is"))
            + ")";

    assertSameRows(
        row(
            turns + " as messages",
            "'three\\n{x}' as user_prompt",
            "cast(null as string) as error_message"),
        told(render(row(turns + " as chat"), "chat")));
  }

  @Test
  void fieldsMayStandInAnyOrderAmongOthers() {
    Dataset<Row> input =
        row("array(named_struct('n', 1, 'content', 'hi', 'x', 2, 'role', 'user')) as chat");

    assertSameRows(
        row("array(" + turn("user", "hi") + ") as messages"),
        render(input, "chat").selectExpr("_penstock_prompt.messages"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"two words", "a.b", "a`b"})
  void theColumnMayHaveAnyName(String name) {
    Dataset<Row> input =
        row("array(" + turn("user", "hi") + ") as `" + name.replace("`", "``") + "`");

    assertSameRows(
        row("'hi' as user_prompt"), render(input, name).selectExpr("_penstock_prompt.user_prompt"));
  }

  @Test
  void aConversationWithoutAUserIsAPromptAllTheSame() {
    assertSameRows(
        row("cast(null as string) as user_prompt", "cast(null as string) as error_message"),
        render(row("array(" + turn("assistant", "hi") + ") as chat"), "chat")
            .selectExpr("_penstock_prompt.user_prompt", "_penstock_prompt.error_message"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'hi'",
        "array('hi')",
        "named_struct('role', 'user', 'content', 'hi')",
        "array(named_struct('role', 'user'))",
        "array(named_struct('role', 'user', 'content', 1))",
        "array(named_struct('role', 'user', 'content', array('hi')))",
        "array(named_struct('Role', 'user', 'Content', 'hi'))"
      })
  void aColumnOfAnotherTypeIsRefusedAtOnce(String value) {
    assertThatThrownBy(() -> render(row(value + " as chat"), "chat"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("prompt.messages: column chat must be array<struct<role:string");
  }
}
