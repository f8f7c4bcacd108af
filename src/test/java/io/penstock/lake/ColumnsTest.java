package io.penstock.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ColumnsTest {
  @Test
  void ordinaryColumnsDoNotClash() {
    assertThat(Columns.clashes(columns("id", "question", "completions"), "", List.of())).isEmpty();
  }

  @Test
  void namesEveryClashWhateverItsLetterCase() {
    assertThat(
            Columns.clashes(columns("id", "Completion", "COST_USD", "fingerprint"), "", List.of()))
        .containsExactly("Completion", "COST_USD", "fingerprint");
  }

  @Test
  void aPrefixMovesTheClash() {
    StructType input = columns("completion", "ai_completion");

    assertThat(Columns.clashes(input, "ai_", List.of())).containsExactly("ai_completion");
  }

  @Test
  void thePartitionColumnHasNoPrefix() {
    assertThat(Columns.clashes(columns("Run_Id", "ai_run_id"), "ai_", List.of()))
        .containsExactly("Run_Id");
  }

  @ParameterizedTest
  @CsvSource({"id,`id`", "a b.c,`a b.c`", "a`b``,`a``b`````", "größe,`größe`"})
  void quotesForSparkSql(String name, String quoted) {
    assertThat(Columns.quote(name)).isEqualTo(quoted);
  }

  @Test
  void amountsHaveTwelveDecimals() {
    assertThat(Columns.RESULTS.apply("cost_usd").dataType())
        .isEqualTo(DataTypes.createDecimalType(20, 12));
    assertThat(Columns.RESULTS.apply("saved_usd").dataType())
        .isEqualTo(DataTypes.createDecimalType(20, 12));
  }

  private static StructType columns(String... names) {
    StructType columns = new StructType();
    for (String name : names) {
      columns = columns.add(name, DataTypes.StringType);
    }
    return columns;
  }

  @Test
  void furtherResultColumnsClashToo() {
    assertThat(Columns.clashes(columns("Parsed", "ai_parsed"), "", List.of(Columns.PARSED)))
        .containsExactly("Parsed");
  }
}
