package io.penstock.pipeline;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.penstock.config.JobSpec;
import io.penstock.lake.Columns;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.DataTypes;

/** How a report names rows of the results: by {@code input.id}, or by their fingerprints. */
final class RowNames {
  private static final String NONE = "(a row without a prompt)";

  private RowNames() {}

  /** A string, never null. */
  static Column of(JobSpec spec) {
    String id = spec.input().id();
    Column name = id == null ? result(spec, Columns.FINGERPRINT) : col(Columns.quote(id));
    return coalesce(name.cast(DataTypes.StringType), lit(NONE));
  }

  /** One of {@link Columns#RESULTS}. */
  static Column result(JobSpec spec, String name) {
    return col(Columns.quote(spec.output().prefix() + name));
  }
}
