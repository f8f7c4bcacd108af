package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.limit.LimitChange;
import io.penstock.progress.RunProgress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.ConfigurationFactory;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** Stages and events as Spark's UI, people and programs see them. */
final class StageScopeTest {
  private static final String DESCRIPTION = "spark.job.description";

  private final JavaSparkContext spark =
      JavaSparkContext.fromSparkContext(SparkForTests.session().sparkContext());
  private final RunProgress progress =
      new RunProgress("nightly", RunProgress.Sources.SILENT, System::nanoTime);
  private final Stages stages = new Stages(spark, progress);
  private final Kept kept = new Kept();

  /** Keeps the events of a run. */
  private static final class Kept extends AbstractAppender {
    final List<LogEvent> events = new ArrayList<>();

    Kept() {
      super("kept", null, null, true, Property.EMPTY_ARRAY);
    }

    @Override
    public void append(LogEvent event) {
      events.add(event.toImmutable());
    }
  }

  @BeforeEach
  void listen() {
    kept.start();
    logger().addAppender(kept);
    Configurator.setLevel(RunEvents.LOGGER, Level.INFO);
  }

  @AfterEach
  void listenNoMore() {
    logger().removeAppender(kept);
    Configurator.setLevel(RunEvents.LOGGER, Level.WARN);
  }

  private static org.apache.logging.log4j.core.Logger logger() {
    return ((LoggerContext) LogManager.getContext(false)).getLogger(RunEvents.LOGGER);
  }

  @Test
  void whatIsUnderWayHasItsNameEverywhereUntilItEnds() {
    String before = spark.getLocalProperty(DESCRIPTION);
    try (StageScope stage = stages.begin("lookup", "looking for answers in the store")) {
      assertThat(spark.getLocalProperty(DESCRIPTION))
          .isEqualTo("infer: looking for answers in the store");
      assertThat(MDC.get("stage")).isEqualTo("lookup");
      assertThat(progress.state().stage()).isEqualTo("looking for answers in the store");
    }

    assertThat(spark.getLocalProperty(DESCRIPTION)).isEqualTo(before);
    assertThat(MDC.get("stage")).isNull();
    assertThat(kept.events).hasSize(1);
    assertThat(kept.events.get(0).getMessage().getFormattedMessage()).isEqualTo("stage ended");
    assertThat(kept.events.get(0).getContextData().toMap())
        .containsEntry("stage", "lookup")
        .containsKey("seconds");
  }

  @Test
  void anEventHasItsFiguresInTheContext() {
    RunEvents.limitChanged(
        "r1", new LimitChange(Instant.EPOCH, "openai/small", 12, "cut: too many", 9));

    assertThat(kept.events.get(0).getContextData().toMap())
        .containsEntry("run_id", "r1")
        .containsEntry("account", "openai/small")
        .containsEntry("limit", "12")
        .containsEntry("why", "cut: too many")
        .containsEntry("in_flight", "9");
    assertThat(MDC.get("run_id")).isNull();
  }

  @Test
  void forProgramsALineIsAJsonObject() throws Exception {
    Assumptions.assumeTrue(hasJsonLayout(), "Spark has the layout from 4.0 on");
    RunEvents.failed("quote \" and\nline");

    URI file = Path.of("conf/log4j2-json.properties").toUri();
    LoggerContext context = new LoggerContext("json", null, file);
    Configuration configuration =
        ConfigurationFactory.getInstance().getConfiguration(context, "json", file);
    configuration.initialize();
    byte[] line = configuration.getAppender("console").getLayout().toByteArray(kept.events.get(0));

    JsonNode json = new ObjectMapper().readTree(line);
    assertThat(new String(line).strip()).doesNotContain("\n");
    assertThat(json.path("level").asText()).isEqualTo("INFO");
    assertThat(json.path("logger").asText()).isEqualTo(RunEvents.LOGGER);
    assertThat(json.path("message").asText()).isEqualTo("run failed");
    assertThat(json.at("/context/why").asText()).isEqualTo("quote \" and\nline");
    assertThat(Instant.parse(json.path("ts").asText())).isNotNull();
    assertThat(configuration.getLoggerConfig(RunEvents.LOGGER).getLevel()).isEqualTo(Level.INFO);
  }

  private static boolean hasJsonLayout() {
    try {
      Class.forName("org.apache.logging.log4j.layout.template.json.JsonTemplateLayout");
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
