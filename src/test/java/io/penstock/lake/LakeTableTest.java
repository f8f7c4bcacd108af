package io.penstock.lake;

import static io.penstock.pipeline.SparkAssert.assertSameRows;
import static io.penstock.pipeline.SparkForTests.session;
import static io.penstock.pipeline.SparkForTests.sql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LakeTableTest {
  @TempDir Path folder;

  private Dataset<Row> csv(String text, Map<String, String> options) throws IOException {
    Path file = Files.writeString(folder.resolve("in.csv"), text);
    return LakeTable.files(session(), "csv", file.toString(), options);
  }

  @Test
  void csvIsRfc4180WithAHeader() throws IOException {
    Dataset<Row> rows = csv("a,b\n\"x\"\"y\",\"1\n2\"\n\\,z\n", Map.of());

    assertSameRows(sql("select * from values ('x\"y', '1\\n2'), ('\\\\', 'z') as t(a, b)"), rows);
  }

  @ParameterizedTest
  @ValueSource(strings = {"header", "HEADER", "Header"})
  void anOptionGoesOverOursWhateverItsLetterCase(String name) throws IOException {
    Dataset<Row> rows = csv("a,b\nc,d\n", Map.of(name, "false"));

    assertSameRows(sql("select * from values ('a', 'b'), ('c', 'd') as t(_c0, _c1)"), rows);
  }

  @Test
  void lineFeedsInQuotesCanBeSwitchedOff() throws IOException {
    Dataset<Row> rows = csv("a\n\"1\n2\"\n", Map.of("multiline", "false"));

    assertSameRows(sql("select 2L as rows"), rows.selectExpr("count(*) as rows"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"parquet", "orc", "json"})
  void readsWhatSparkWrote(String format) {
    Dataset<Row> written = sql("select 1L as id, array('x', null) as `a b`, 'ü' as text");
    String path = folder.resolve(format).toString();
    written.write().format(format).save(path);

    Dataset<Row> rows = LakeTable.files(session(), format, path, Map.of());

    assertSameRows(written, rows.select("id", "a b", "text"));
  }

  @Test
  void csvDefaultsAreForCsvOnly() throws IOException {
    Path lines = Files.writeString(folder.resolve("in.jsonl"), "{\"a\":1}\n{\"a\":2}\n");

    Dataset<Row> rows = LakeTable.files(session(), "json", lines.toString(), Map.of());

    assertSameRows(sql("select * from values (1L), (2L) as t(a)"), rows);
  }

  @Test
  void readsATable() {
    sql("select 1 as a").createOrReplaceTempView("lake_table");

    assertSameRows(sql("select 1 as a"), LakeTable.table(session(), "lake_table"));
  }
}
