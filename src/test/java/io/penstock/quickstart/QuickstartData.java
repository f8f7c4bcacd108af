package io.penstock.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Writes {@code jobs/quickstart/prompts.parquet}: made-up support tickets in twelve languages.
 * Every run gives the same rows.
 *
 * <p>To write it again: {@code mvn test-compile}, then {@code java} with the options of {@code
 * jvm.opens} (pom.xml) and the test class path, the file as the only argument.
 */
public final class QuickstartData {
  static final int ROWS = 2_000;

  private static final long SEED = 20_000_714L;

  private static final List<String> LANGUAGES =
      List.of("en", "de", "fr", "es", "pt", "it", "pl", "tr", "ja", "zh", "ar", "hi");

  private static final List<String> CATEGORIES =
      List.of("billing", "delivery", "account", "product");

  private QuickstartData() {}

  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      throw new IllegalArgumentException("one argument expected: the Parquet file to write");
    }
    write(Path.of(args[0]));
  }

  /** The tickets in the order of their ids. */
  static List<Ticket> tickets() throws IOException {
    Random random = new Random(SEED);
    List<Question> distinct = distinctQuestions(random);
    List<Question> asked = new ArrayList<>(distinct);
    while (asked.size() < ROWS) {
      asked.add(distinct.get(random.nextInt(distinct.size())));
    }
    Collections.shuffle(asked, random);
    List<Ticket> tickets = new ArrayList<>();
    for (Question question : asked) {
      String id = String.format("T-%05d", tickets.size() + 1);
      tickets.add(new Ticket(id, priority(random), question));
    }
    return tickets;
  }

  private static List<Question> distinctQuestions(Random random) throws IOException {
    Map<String, Question> byText = new LinkedHashMap<>();
    int wanted = 0;
    for (String language : LANGUAGES) {
      LanguageTexts texts = LanguageTexts.read(language);
      QuestionComposer composer = new QuestionComposer(texts, random);
      wanted += texts.distinctQuestions();
      while (byText.size() < wanted) {
        Question question = compose(composer, byText.size());
        byText.putIfAbsent(question.text(), question);
      }
    }
    return List.copyOf(byText.values());
  }

  /** Of seven questions two are arithmetic; half of the others ask for the category. */
  private static Question compose(QuestionComposer composer, int position) {
    int round = position / 7;
    int place = position % 7;
    if (place >= 5) {
      return composer.arithmetic();
    }
    int other = round * 5 + place;
    String category = CATEGORIES.get(other % CATEGORIES.size());
    boolean asksForCategory = other / CATEGORIES.size() % 2 == 0;
    return asksForCategory ? composer.classification(category) : composer.open(category);
  }

  private static String priority(Random random) {
    int draw = random.nextInt(20);
    if (draw < 3) {
      return "high";
    }
    return draw < 15 ? "normal" : "low";
  }

  private static void write(Path file) throws IOException {
    List<Row> rows = tickets().stream().map(Ticket::row).toList();
    Path folder = Files.createTempDirectory("quickstart");
    try (SparkSession spark = SparkSession.builder().master("local[1]").getOrCreate()) {
      spark
          .createDataFrame(rows, Ticket.SCHEMA)
          .coalesce(1)
          .write()
          .option("compression", "zstd")
          .parquet(folder.resolve("rows").toString());
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.move(onlyPart(folder), file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      delete(folder);
    }
  }

  private static Path onlyPart(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("rows"))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("part-"))
          .findFirst()
          .orElseThrow();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
