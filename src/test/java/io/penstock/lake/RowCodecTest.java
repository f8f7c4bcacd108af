package io.penstock.lake;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.Message;
import io.penstock.pipeline.SparkForTests;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;

final class RowCodecTest {
  @Test
  void readsTheMessagesThatItWrote() {
    SparkSession spark = SparkForTests.session();
    List<Message> messages =
        List.of(new Message(Message.SYSTEM, "be terse"), new Message(Message.USER, "zero \0 🙂"));

    Row row =
        spark
            .createDataFrame(RowCodec.toRows(messages), Columns.MESSAGE)
            .agg(functions.lit(1), functions.collect_list(functions.struct("role", "content")))
            .head();

    assertThat(RowCodec.messages(row, 1)).containsExactlyInAnyOrderElementsOf(messages);
  }
}
