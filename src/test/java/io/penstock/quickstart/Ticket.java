package io.penstock.quickstart;

import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * One row of the quickstart's input. Tickets of equal {@link Question} are each other's duplicates.
 *
 * @param ticketId unique, such as {@code T-00001}
 * @param priority high, normal or low
 */
record Ticket(String ticketId, String priority, Question question) {
  static final StructType SCHEMA =
      new StructType()
          .add("ticket_id", DataTypes.StringType, false)
          .add("language", DataTypes.StringType, false)
          .add("category", DataTypes.StringType, false)
          .add("priority", DataTypes.StringType, false)
          .add("question", DataTypes.StringType, false)
          .add("context", DataTypes.StringType, false)
          .add("expected_answer", DataTypes.StringType, true);

  /** The row of {@link #SCHEMA}. */
  Row row() {
    return RowFactory.create(
        ticketId,
        question.language(),
        question.category(),
        priority,
        question.text(),
        question.context(),
        question.expectedAnswer());
  }
}
