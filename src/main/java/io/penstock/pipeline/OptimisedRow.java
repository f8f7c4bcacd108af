package io.penstock.pipeline;

import io.penstock.prompt.PromptOptimizer;
import io.penstock.prompt.Shortened;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;

/** Keeps book of what the optimiser does to one row's prompt. Confined to one thread. */
final class OptimisedRow {
  private final PromptOptimizer optimizer;
  private final List<String> truncatedColumns = new ArrayList<>();
  private long tokensSaved;
  private boolean shortened;

  OptimisedRow(PromptOptimizer optimizer) {
    this.optimizer = optimizer;
  }

  String column(String name, String value) {
    String text = taken(optimizer.column(name, value), value);
    if (!text.equals(value)) {
      truncatedColumns.add(name);
    }
    return text;
  }

  String message(String content) {
    return taken(optimizer.message(content), content);
  }

  private String taken(Shortened shorter, String before) {
    shortened |= !shorter.text().equals(before);
    tokensSaved += shorter.tokensSaved();
    return shorter.text();
  }

  /** A row of {@link PromptRenderer#RENDERED}. */
  Row rendered(List<Row> messages, @Nullable String prompt) {
    return RowFactory.create(
        messages.toArray(),
        prompt,
        null,
        truncatedColumns.isEmpty() ? null : truncatedColumns.toArray(String[]::new),
        shortened ? tokensSaved : null);
  }
}
