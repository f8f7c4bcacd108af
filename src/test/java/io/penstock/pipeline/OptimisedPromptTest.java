package io.penstock.pipeline;

import static io.penstock.pipeline.SparkAssert.assertSameRows;
import static io.penstock.pipeline.SparkForTests.sql;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.RenderStage.PromptSource;
import io.penstock.prompt.PromptOptimizer;
import io.penstock.prompt.PromptTemplate;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the optimiser leaves of prompts, and what the rows say of it. */
final class OptimisedPromptTest {
  @TempDir Path folder;

  private static Dataset<Row> render(Dataset<Row> input, PromptOptimizer optimizer) {
    PromptSource source =
        new PromptSource(
            PromptTemplate.parse("Be  {tone}."),
            PromptTemplate.parse("{a}|{b.c}"),
            null,
            optimizer);
    return new RenderStage(source).apply(input);
  }

  private static Dataset<Row> input() {
    return sql(
        "select * from values"
            + " (1, 'kind', repeat('the ', 40), named_struct('c', 'short')),"
            + " (2, 'kind', 'the', named_struct('c', repeat(' the', 40))),"
            + " (3, 'kind', 'the', named_struct('c', 'short')),"
            + " (4, 'kind', null, named_struct('c', 'short')) as t(id, tone, a, b)");
  }

  @Test
  void eachRowNamesTheColumnsThatWereCutInIt() {
    Dataset<Row> rendered = render(input(), new PromptOptimizer(false, Map.of("a", 10, "b.c", 20)));

    assertSameRows(
        sql(
            "select * from values (1, 'a', 31L), (2, 'b.c', 20L), (3, null, null), (4, null, null)"
                + " as t(id, cut, saved)"),
        rendered.selectExpr(
            "id",
            "array_join(_penstock_prompt.truncated_columns, ',') as cut",
            "_penstock_prompt.tokens_saved as saved"));
    assertThat(rendered.where("id < 3").selectExpr("_penstock_prompt.user_prompt").collectAsList())
        .allSatisfy(row -> assertThat(row.getString(0)).contains(" […]"));
  }

  @Test
  void whiteSpaceGoesFromAllMessagesOfTemplates() {
    Dataset<Row> rendered =
        render(
            sql("select 'very   kind' as tone, 'x  y ' as a, named_struct('c', ' z') as b"),
            new PromptOptimizer(true, Map.of()));

    assertSameRows(
        sql("select 'Be very kind.' as system, 'x y | z' as user, 'x y | z' as user_prompt"),
        rendered.selectExpr(
            "_penstock_prompt.messages[0].content as system",
            "_penstock_prompt.messages[1].content as user",
            "_penstock_prompt.user_prompt"));
  }

  @Test
  void whiteSpaceGoesFromAllMessagesOfConversations() {
    Dataset<Row> input =
        sql(
            "select array(named_struct('role', 'system', 'content', 'a  b'),"
                + " named_struct('role', 'user', 'content', 'c\\n\\n\\n\\nd')) as chat");

    Dataset<Row> rendered =
        new RenderStage(new PromptSource(null, null, "chat", new PromptOptimizer(true, Map.of())))
            .apply(input);

    assertSameRows(
        sql("select 'a b' as system, 'c\\n\\nd' as user, 'c\\n\\nd' as user_prompt"),
        rendered.selectExpr(
            "_penstock_prompt.messages[0].content as system",
            "_penstock_prompt.messages[1].content as user",
            "_penstock_prompt.user_prompt"));
  }

  @Test
  void theFiguresAreOfAllRows() {
    Dataset<Row> routed =
        new RouteStage(List.of(), "small")
            .apply(render(input(), new PromptOptimizer(false, Map.of("a", 10, "b.c", 20))));

    Dataset<Row> rows =
        new LinkStage(LinkedRows.FINGERPRINTERS, Sampling.PLAIN, folder + "/rows")
            .apply(routed, List.of("id", "tone", "a", "b"));

    assertThat(OptimiserFigures.of(rows)).isEqualTo(new OptimiserFigures(2, 51));
    assertThat(new OptimiserFigures(1234, 56789).line())
        .isEqualTo("optimise: 1,234 prompts shortened, about 56,789 tokens saved");
  }

  @Test
  void withoutOptimiserNothingIsSaid() {
    assertSameRows(
        sql("select 4L as rows, 0L as cut, 0L as shortened"),
        render(input(), PromptOptimizer.NONE)
            .selectExpr(
                "count(*) as rows",
                "count(_penstock_prompt.truncated_columns) as cut",
                "count(_penstock_prompt.tokens_saved) as shortened"));
  }
}
