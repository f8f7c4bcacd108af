package io.penstock.pipeline;

import static io.penstock.pipeline.SparkAssert.assertSameRows;
import static io.penstock.pipeline.SparkForTests.session;
import static io.penstock.pipeline.SparkForTests.sql;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Message;
import io.penstock.pipeline.ShardStage.Shards;
import io.penstock.pipeline.StoreLookupStage.Lookup;
import io.penstock.tokens.TokenFamily;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ShardStageTest {
  private static final int SLOTS = 2;
  private static final Map<String, TokenFamily> FAMILIES =
      Map.of("small", TokenFamily.O200K_BASE, "large", TokenFamily.CL100K_BASE);

  @TempDir Path folder;

  /** Every fourth goes to the model large; lengths vary from 2 to 41 letters. */
  private Dataset<Row> requests(int number) {
    return LinkedRows.of(
        folder,
        sql(
            "select concat(if(id % 4 = 0, 'L', 'q'), id, repeat('x', int(id * 7 % 40))) as text"
                + " from range(0, "
                + number
                + ", 1, 3)"));
  }

  private Shards shard(Dataset<Row> rows, String name) {
    long count = rows.count();
    return new ShardStage(folder.resolve(name).toString(), SLOTS, FAMILIES)
        .apply(
            new Lookup(rows.select("fingerprint", "row_id"), count, 0, 0, Optional.empty()), rows);
  }

  private Dataset<Row> written(String name) {
    return session().read().json(folder.resolve(name).toString());
  }

  private List<String> read(Shards shards, int shard, String model) throws IOException {
    List<String> texts = new ArrayList<>();
    try (ShardReader reader =
        new ShardReader(shards.path(), shard, model, 10, SparkForTests.hadoop())) {
      reader.forEachRemaining(request -> texts.add(request.messages().get(0).content()));
    }
    return texts;
  }

  @Test
  void everyMissIsInOneShardThatItsFingerprintDecides() {
    Dataset<Row> rows = requests(150);

    Shards shards = shard(rows, "misses");

    assertThat(shards.count()).isEqualTo(3);
    assertThat(shards.requests()).isEqualTo(150);
    assertSameRows(
        rows.selectExpr(
            "hex(fingerprint) as fingerprint",
            "to_json(messages) as messages",
            "int(pmod(xxhash64(fingerprint), 3)) as shard",
            "model_name"),
        written("misses")
            .selectExpr(
                "fingerprint",
                "to_json(transform(messages, m -> struct(m.role, m.content))) as messages",
                "shard",
                "model_name"));
  }

  @Test
  void hitsAreNotWritten() {
    Dataset<Row> rows = requests(20);
    Dataset<Row> misses = rows.where("input.text like 'L%'").select("fingerprint", "row_id");

    Shards shards =
        new ShardStage(folder + "/misses", SLOTS, FAMILIES)
            .apply(new Lookup(misses, 5, 15, 0, Optional.empty()), rows);

    assertThat(shards.requests()).isEqualTo(5);
    assertSameRows(
        sql("select 5L as requests, 'large' as model"),
        written("misses").selectExpr("count(*) as requests", "max(model_name) as model"));
  }

  @Test
  void theLongestComeFirstWithinShardAndModel() throws IOException {
    Shards shards = shard(requests(150), "misses");

    int read = 0;
    for (int shard = 0; shard < shards.count(); shard++) {
      for (String model : List.of("small", "large")) {
        List<String> texts = read(shards, shard, model);
        assertThat(texts)
            .isSortedAccordingTo(
                Comparator.<String>comparingInt(text -> tokens(model, text)).reversed())
            .allMatch(text -> text.startsWith("L") == model.equals("large"));
        read += texts.size();
      }
    }
    assertThat(read).isEqualTo(150);
  }

  private static int tokens(String model, String text) {
    return FAMILIES.get(model).count(text);
  }

  @Test
  void aShardHasOneFolderPerModelWithOneFile() throws IOException {
    Shards shards = shard(requests(150), "misses");

    for (int shard = 0; shard < shards.count(); shard++) {
      Path place = Path.of(shards.path(), "shard=" + shard);
      assertThat(names(place)).containsExactlyInAnyOrder("model_name=large", "model_name=small");
      assertThat(names(place.resolve("model_name=small")))
          .filteredOn(name -> name.startsWith("part-"))
          .hasSize(1);
    }
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      Set<String> names = new HashSet<>();
      children.forEach(child -> names.add(child.getFileName().toString()));
      return names;
    }
  }

  @Test
  void theShardIsTheSameHoweverTheRowsAreSpread() throws IOException {
    Dataset<Row> rows = requests(140);

    Shards first = shard(rows, "first");
    Shards second = shard(rows.repartition(5).orderBy("fingerprint"), "second");

    for (int shard = 0; shard < first.count(); shard++) {
      assertThat(read(second, shard, "small"))
          .containsExactlyInAnyOrderElementsOf(read(first, shard, "small"));
    }
  }

  @Test
  void whatIsReadBackIsTheRequest() throws IOException {
    String odd = "zero \0 \uD83D\uDE00 \u2028 \" \\ {x} \t\r\n e\u0301 ";
    Dataset<Row> input = session().createDataset(List.of(odd), Encoders.STRING()).toDF("text");
    Shards shards = shard(LinkedRows.of(folder, input), "misses");

    List<InferenceRequest> read = new ArrayList<>();
    for (int shard = 0; shard < shards.count(); shard++) {
      try (ShardReader reader =
          new ShardReader(shards.path(), shard, "small", 10, SparkForTests.hadoop())) {
        reader.forEachRemaining(read::add);
      }
    }
    assertThat(read)
        .containsExactly(
            new InferenceRequest(
                LinkedRows.fingerprint(odd),
                "small",
                List.of(new Message(Message.USER, odd)),
                read.get(0).measure()));
    assertThat(read.get(0).measure().countedInputTokens())
        .isEqualTo(TokenFamily.O200K_BASE.countMessages(List.of(odd)));
  }

  @Test
  void theHashIsOfTheMessagesAlone() {
    Dataset<Row> rows = requests(20);

    shard(rows, "one");
    shard(rows.withColumn("model_name", lit("large")), "other");

    assertSameRows(
        written("one").selectExpr("messages[0].content as text", "prompt_hash"),
        written("other").selectExpr("messages[0].content as text", "prompt_hash"));
    assertThat(written("one").select("prompt_hash").distinct().count()).isEqualTo(20);
  }

  @Test
  void noMissesAreNoFiles() {
    Dataset<Row> rows = requests(5);

    Shards shards =
        new ShardStage(folder + "/misses", SLOTS, FAMILIES)
            .apply(
                new Lookup(
                    rows.select("fingerprint", "row_id").where("false"), 0, 5, 0, Optional.empty()),
                rows);

    assertThat(shards.requests()).isZero();
    assertThat(folder.resolve("misses")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 1",
    "0, 4, 4",
    "1, 1, 1",
    "64, 1, 1",
    "65, 1, 2",
    "256, 1, 4",
    "257, 1, 4",
    "256, 4, 4",
    "257, 4, 5",
    "1024, 4, 16",
    "1025, 4, 16",
    "1000000000000, 4, 16"
  })
  void shardsAreBetweenTheSlotsAndFourTimesAsMany(long requests, int slots, int shards) {
    assertThat(ShardStage.shardsFor(requests, slots)).isEqualTo(shards);
  }
}
