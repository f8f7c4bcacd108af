package io.penstock.store;

import java.io.IOException;
import java.util.Iterator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.util.LongAccumulator;

/** A segment as rows of {@link StoreColumns#SCHEMA}. */
final class JournalRows {
  private JournalRows() {}

  static Iterator<Row> read(Path segment, Configuration hadoop, LongAccumulator torn)
      throws IOException {
    JournalReader entries = new JournalReader(segment, hadoop, () -> torn.add(1));
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return entries.hasNext();
      }

      @Override
      public Row next() {
        return StoreColumns.toRow(entries.next());
      }
    };
  }
}
