package io.penstock.lake;

import io.penstock.domain.Message;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Rows to values and back: Spark has no encoder for records. */
public final class RowCodec {
  private RowCodec() {}

  /** Rows of {@link Columns#MESSAGE}. */
  public static List<Row> toRows(List<Message> messages) {
    return messages.stream()
        .map(message -> RowFactory.create(message.role(), message.content()))
        .toList();
  }

  /**
   * @param row has an array of {@link Columns#MESSAGE}
   * @param column its position
   */
  public static List<Message> messages(Row row, int column) {
    return row.<Row>getList(column).stream()
        .map(message -> new Message(message.getString(0), message.getString(1)))
        .toList();
  }
}
