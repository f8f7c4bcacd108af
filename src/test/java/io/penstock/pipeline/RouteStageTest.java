package io.penstock.pipeline;

import static io.penstock.pipeline.SparkAssert.assertSameRows;
import static io.penstock.pipeline.SparkForTests.sql;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.config.JobSpec.RouteSpec;
import io.penstock.prompt.PromptTemplate;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RouteStageTest {
  private static Dataset<Row> prompts(String query) {
    RenderStage.PromptSource source =
        new RenderStage.PromptSource(null, PromptTemplate.parse("{text}"), null);
    return new RenderStage(source).apply(sql(query));
  }

  private static Dataset<Row> input() {
    return prompts("select * from values (1, 'one'), (2, 'two two'), (3, null) as t(id, text)");
  }

  private static Dataset<Row> route(Dataset<Row> prompts, RouteSpec... rules) {
    return new RouteStage(List.of(rules), "only").apply(prompts);
  }

  private static RouteSpec rule(String when, String model) {
    return new RouteSpec(when, model);
  }

  private static RouteSpec otherwise(String model) {
    return new RouteSpec(null, model);
  }

  private static void assertModels(Dataset<Row> routed, String models) {
    assertSameRows(
        sql("select * from values " + models + " as t(id, model_name)"),
        routed.select(col("id"), col(RouteStage.MODEL).as("model_name")));
  }

  @Test
  void withoutRulesEveryRowGoesToTheOnlyModel() {
    assertModels(route(input()), "(1, 'only'), (2, 'only'), (3, 'only')");
  }

  @Test
  void theFirstRuleThatHoldsDecides() {
    Dataset<Row> routed =
        route(input(), rule("id < 2", "a"), rule("id < 3", "b"), rule("true", "c"), otherwise("d"));

    assertModels(routed, "(1, 'a'), (2, 'b'), (3, 'c')");
  }

  @Test
  void aConditionThatIsNullDoesNotHold() {
    Dataset<Row> routed =
        route(input(), rule("text = 'one'", "a"), rule("text <> 'one'", "b"), otherwise("c"));

    assertModels(routed, "(1, 'a'), (2, 'b'), (3, 'c')");
  }

  @Test
  void rulesSeeThePromptAndItsTokensWhichAreNullWithoutOne() {
    Dataset<Row> routed =
        route(
            input(),
            rule("user_prompt like '%two' and input_tokens = 2", "two"),
            rule("input_tokens = 1", "one"),
            rule("user_prompt is null and input_tokens is null", "none"),
            otherwise("rest"));

    assertModels(routed, "(1, 'one'), (2, 'two'), (3, 'none')");
  }

  @Test
  void inputTokensAreThoseOfAllMessages() {
    Dataset<Row> input =
        SparkForTests.session()
            .sql(
                "select array(named_struct('role','user','content','one two three'),"
                    + " named_struct('role','user','content','four')) as chat");
    Dataset<Row> prompts =
        new RenderStage(new RenderStage.PromptSource(null, null, "chat")).apply(input);

    Dataset<Row> routed = route(prompts, rule("input_tokens = 4", "four"), otherwise("other"));

    assertThat(SparkForTests.texts(routed, RouteStage.MODEL)).containsExactly("four");
  }

  @ParameterizedTest
  @ValueSource(strings = {"user_prompt", "User_Prompt", "input_tokens", "INPUT_TOKENS"})
  void aColumnNamedAsOneThatRulesSeeIsRefused(String name) {
    Dataset<Row> prompts = prompts("select 'x' as text, 1 as " + name);

    assertThatThrownBy(() -> route(prompts, rule("true", "a"), otherwise("b")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("routing: the input has a column named " + name.toLowerCase());
  }

  @Test
  void thatNameIsFreeWithoutRules() {
    Dataset<Row> routed = route(prompts("select 'x' as text, 5 as input_tokens"));

    assertSameRows(
        sql("select 5 as input_tokens, 'only' as model_name"),
        routed.select(col("input_tokens"), col(RouteStage.MODEL).as("model_name")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"id", "id = (", "missing = 1", "rand() < 0.5", "count(*) > 1", "'true'"})
  void aRuleThatIsNoConditionIsToldByItsKey(String when) {
    assertThatThrownBy(() -> route(input(), rule("true", "a"), rule(when, "b"), otherwise("c")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageMatching("(?s)routing\\[1\\]\\.when: \\S.*"); // and why
  }

  @Test
  void aSingleRuleWithoutConditionTakesAll() {
    Dataset<Row> routed = route(input(), otherwise("all"));

    assertThat(SparkForTests.texts(routed, RouteStage.MODEL)).containsOnly("all").hasSize(3);
  }
}
