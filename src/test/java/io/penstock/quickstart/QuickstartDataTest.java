package io.penstock.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the quickstart's job and README rely on in {@code jobs/quickstart/prompts.parquet}. */
class QuickstartDataTest {
  private static final Path FILE = Path.of("jobs/quickstart/prompts.parquet");

  /** What the simulator and the evaluation take for an expression to compute. */
  private static final Pattern EXPRESSION =
      Pattern.compile("(\\d{1,6})\\s*([+\\-−×*x])\\s*(\\d{1,6})");

  private static List<Row> rows = List.of();

  @BeforeAll
  static void readFile() {
    boolean alone = SparkSession.getDefaultSession().isEmpty();
    SparkSession spark = SparkSession.builder().master("local[1]").getOrCreate();
    rows = spark.read().parquet(FILE.toString()).orderBy("ticket_id").collectAsList();
    if (alone) {
      spark.stop(); // the session of another test stays
    }
  }

  @Test
  void holdsWhatTheGeneratorMakes() throws IOException {
    List<Row> regenerated = QuickstartData.tickets().stream().map(Ticket::row).toList();

    assertThat(rows).isEqualTo(regenerated);
  }

  @Test
  void isOneSmallFile() throws IOException {
    assertThat(FILE).isRegularFile();
    assertThat(Files.size(FILE)).isLessThan(300_000);
  }

  @Test
  void idsAreUnique() {
    assertThat(rows).hasSize(QuickstartData.ROWS);
    assertThat(values("ticket_id")).hasSize(QuickstartData.ROWS).doesNotContainNull();
  }

  @Test
  void thirtyPercentOfTheRowsAreDuplicates() {
    Set<List<String>> prompts =
        rows.stream()
            .map(row -> List.of(text(row, "question"), text(row, "context")))
            .collect(Collectors.toSet());

    assertThat(prompts).hasSize(1_400);
    assertThat(values("question")).hasSize(1_400);
  }

  @Test
  void speaksTwelveLanguagesOfFiveCategories() {
    assertThat(values("language")).hasSize(12);
    assertThat(values("category"))
        .containsExactlyInAnyOrder("billing", "delivery", "account", "product", "arithmetic");
    assertThat(values("priority")).containsExactlyInAnyOrder("high", "normal", "low");
  }

  @Test
  void expectedAnswersOfArithmeticAreTheResultsOfTheOnlyExpressions() {
    List<Row> problems = rows.stream().filter(QuickstartDataTest::isArithmetic).toList();

    assertThat(problems.stream().map(row -> text(row, "question")).distinct()).hasSize(400);
    for (Row row : problems) {
      Matcher expression = EXPRESSION.matcher(text(row, "question"));
      assertThat(expression.find()).as(text(row, "question")).isTrue();
      assertThat(text(row, "expected_answer")).isEqualTo(Integer.toString(result(expression)));
      assertThat(expression.find()).as(text(row, "question")).isFalse();
    }
  }

  @Test
  void nothingElseLooksLikeAnExpression() {
    assertThat(rows).noneMatch(row -> EXPRESSION.matcher(text(row, "context")).find());
    assertThat(rows)
        .filteredOn(row -> !isArithmetic(row))
        .noneMatch(row -> EXPRESSION.matcher(text(row, "question")).find());
  }

  @Test
  void otherAnswersAreTheCategoryOrUnknown() {
    List<Row> messages = rows.stream().filter(row -> !isArithmetic(row)).toList();

    assertThat(messages)
        .filteredOn(row -> row.getAs("expected_answer") != null)
        .isNotEmpty()
        .hasSizeLessThan(messages.size())
        .allMatch(row -> text(row, "expected_answer").equals(text(row, "category")));
  }

  @Test
  void textsAreFilledInAndCarryAwkwardCharacters() {
    Set<Object> questions = values("question");

    assertThat(questions).allMatch(question -> !Pattern.matches("(?s).*[{}].*", "" + question));
    assertThat(values("context")).allMatch(context -> !Pattern.matches(".*[{}].*", "" + context));
    for (String awkward : List.of("\n", "\"", "'", "🙏", "👨‍👩‍👧", "𠮷", "، ", "。")) {
      assertThat(questions).anyMatch(question -> question.toString().contains(awkward));
    }
  }

  private static int result(Matcher expression) {
    int a = Integer.parseInt(expression.group(1));
    int b = Integer.parseInt(expression.group(3));
    return switch (expression.group(2)) {
      case "+" -> a + b;
      case "-", "−" -> a - b;
      default -> a * b;
    };
  }

  private static boolean isArithmetic(Row row) {
    return text(row, "category").equals("arithmetic");
  }

  private static String text(Row row, String column) {
    return row.getAs(column);
  }

  private static Set<Object> values(String column) {
    Function<Row, Object> value = row -> row.getAs(column);
    return rows.stream().map(value).collect(Collectors.toSet());
  }
}
