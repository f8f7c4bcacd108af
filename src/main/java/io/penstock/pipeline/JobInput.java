package io.penstock.pipeline;

import static org.apache.spark.sql.functions.col;

import io.penstock.config.JobSpec;
import io.penstock.lake.Columns;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** A job's input, its prompts and the models that they are for. */
final class JobInput {
  private final SparkSession spark;
  private final JobSetup setup;
  private final JobSpec spec;
  private final RungWiring rungs;
  private final DeliveryStage delivery;

  JobInput(SparkSession spark, JobSetup setup, RungWiring rungs) {
    this.spark = spark;
    this.setup = setup;
    this.spec = setup.spec();
    this.rungs = rungs;
    this.delivery = new DeliveryStage(spec.delivery(), setup.models());
  }

  /** As it is read. */
  Dataset<Row> load() {
    List<String> parsed = ParsedColumn.names(spec.prompt().responseSchema());
    return new LoadStage(spark, spec.input(), spec.output().prefix(), parsed).apply();
  }

  /** With prompts and models. The model is chosen here: it is part of the fingerprint. */
  Dataset<Row> prompts(Dataset<Row> input) {
    return route(render(input));
  }

  /**
   * The first rows as they would be sent.
   *
   * @return columns messages, error_message and the name of the model
   */
  List<Row> preview(int rows) {
    return prompts(load())
        .select(
            col(RenderStage.PROMPT).getField(Columns.MESSAGES).as(Columns.MESSAGES),
            col(RenderStage.PROMPT).getField(Columns.ERROR_MESSAGE).as(Columns.ERROR_MESSAGE),
            col(RouteStage.MODEL))
        .limit(rows)
        .collectAsList();
  }

  /** What rules and checks say of the input's columns is found wrong before anything is paid. */
  Dataset<Row> require(Dataset<Row> input) {
    delivery.require(input);
    return rungs.require(input);
  }

  private Dataset<Row> render(Dataset<Row> input) {
    return new RenderStage(
            new RenderStage.PromptSource(
                setup.templates().system(),
                setup.templates().user(),
                spec.prompt().messages(),
                setup.optimizer()))
        .apply(input);
  }

  private Dataset<Row> route(Dataset<Row> prompts) {
    RouteStage stage = new RouteStage(spec.routing(), spec.firstModels().iterator().next());
    return new ContextGuard(setup.models()).apply(stage.apply(prompts));
  }
}
