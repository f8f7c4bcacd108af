package io.penstock.lake;

import io.penstock.domain.Message;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Rows to values and back: Spark has no encoder for records. */
public final class RowCodec {
  private RowCodec() {}

  /** Rows of {@link Columns#MESSAGE}. */
  public static List<Row> toRows(List<Message> messages) {
    List<Row> rows = new ArrayList<>(messages.size());
    for (Message message : messages) {
      rows.add(RowFactory.create(message.role(), message.content()));
    }
    return rows;
  }

  /**
   * @param row has an array of {@link Columns#MESSAGE}
   * @param column its position
   */
  public static List<Message> messages(Row row, int column) {
    List<Message> messages = new ArrayList<>();
    for (Row message : row.<Row>getList(column)) {
      messages.add(new Message(message.getString(0), message.getString(1)));
    }
    return messages;
  }
}
