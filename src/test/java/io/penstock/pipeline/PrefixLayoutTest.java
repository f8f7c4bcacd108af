package io.penstock.pipeline;

import static io.penstock.pipeline.SparkForTests.sql;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.ShardStage.Shards;
import io.penstock.pipeline.StoreLookupStage.Lookup;
import io.penstock.prompt.PromptTemplate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shards whose requests lie together by what they begin with. */
final class PrefixLayoutTest {
  private static final int SLOTS = 2;
  private static final int ROWS = 800;
  private static final int SHARDS = 8;

  @TempDir Path folder;

  /** Per shard, the system messages of one model's requests in their order. */
  private List<List<String>> shards(int prefixes, String model) throws IOException {
    Dataset<Row> rows =
        sql(
            "select id as row_id, named_struct('id', id) as input, unhex(md5(string(id))) as"
                + " fingerprint, array(named_struct('role', 'system', 'content', concat('policy ',"
                + " id % "
                + prefixes
                + ")), named_struct('role', 'user', 'content', repeat('q', int(1 + id % 13)))) as"
                + " messages, "
                + model
                + " as model_name from range("
                + ROWS
                + ")");
    Shards shards =
        new ShardStage(folder + "/misses" + prefixes, SLOTS, Map.of())
            .keepingPrefixesTogether()
            .apply(
                new Lookup(rows.select("fingerprint", "row_id"), ROWS, 0, 0, Optional.empty()),
                rows);
    assertThat(shards.count()).isEqualTo(SHARDS);
    List<List<String>> read = new ArrayList<>();
    for (int shard = 0; shard < SHARDS; shard++) {
      List<String> prefixesRead = new ArrayList<>();
      try (ShardReader reader =
          new ShardReader(shards.path(), shard, "small", 10, SparkForTests.hadoop())) {
        reader.forEachRemaining(request -> prefixesRead.add(request.messages().get(0).content()));
      }
      read.add(prefixesRead);
    }
    return read;
  }

  private static void assertRunsOfEqualPrefixes(List<List<String>> shards) {
    for (List<String> shard : shards) {
      Set<String> seen = new HashSet<>();
      String last = "";
      for (String prefix : shard) {
        assertThat(prefix.equals(last) || seen.add(prefix)).as(shard.toString()).isTrue();
        last = prefix;
      }
    }
  }

  private static void assertEven(List<List<String>> shards, int share) {
    assertThat(shards.stream().mapToInt(List::size).sum()).isEqualTo(share * SHARDS);
    assertThat(shards)
        .allSatisfy(shard -> assertThat(shard.size()).isBetween(share * 6 / 10, share * 14 / 10));
  }

  @Test
  void prefixesOfAFewRequestsShareAShardEach() throws IOException {
    List<List<String>> shards = shards(200, "'small'");

    assertRunsOfEqualPrefixes(shards);
    assertEven(shards, ROWS / SHARDS);
    assertThat(shards.stream().mapToInt(shard -> new HashSet<>(shard).size()).sum()).isEqualTo(200);
  }

  @Test
  void prefixesOfAboutAShardAreInNoMoreShardsThanTheyFill() throws IOException {
    List<List<String>> shards = shards(8, "'small'");

    assertRunsOfEqualPrefixes(shards);
    assertEven(shards, ROWS / SHARDS);
    assertThat(shards).allSatisfy(shard -> assertThat(new HashSet<>(shard)).hasSizeLessThan(4));
  }

  @Test
  void aPrefixOfAllRequestsIsSpreadOverAllShards() throws IOException {
    assertEven(shards(1, "'small'"), ROWS / SHARDS);
  }

  @Test
  void eachShardHasItsShareOfEachModel() throws IOException {
    List<List<String>> shards = shards(4, "if(id < 400, 'small', 'large')");

    assertRunsOfEqualPrefixes(shards);
    assertEven(shards, ROWS / 2 / SHARDS);
  }

  @Test
  void stableTextBehindAColumnIsNamed() {
    String rules =
        "Answer in one short sentence, in the language of the question, and name sources. ";
    JobSetup.Templates templates =
        new JobSetup.Templates(
            PromptTemplate.parse("You work for {company}. {rules}"),
            PromptTemplate.parse(rules + "Q: {question}\n" + rules + rules));

    assertThat(PrefixWarnings.of(templates))
        .containsExactly(
            "warning: prompt.cache_prefix: in prompt.user the text that begins with 'Answer in one"
                + " short sentence, in the lan' stands after {question}, where no prompt cache can"
                + " serve it; it could stand first");
    assertThat(
            Stream.of("{a}", "Long text first. ".repeat(20) + "{a}", "no column")
                .map(PromptTemplate::parse)
                .flatMap(user -> PrefixWarnings.of(new JobSetup.Templates(null, user)).stream()))
        .isEmpty();
  }
}
