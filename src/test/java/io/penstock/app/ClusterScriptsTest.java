package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cluster.PenstockPlugin;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.spark.SparkConf;
import org.apache.spark.api.plugin.SparkPlugin;
import org.apache.spark.deploy.SparkSubmit;
import org.apache.spark.deploy.SparkSubmitArguments;
import org.apache.spark.internal.config.ConfigEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scala.Option;

/** Spark's own parser understands the command lines of {@code jobs/schedule}. */
class ClusterScriptsTest {
  private static final Path DEFAULTS = Path.of("conf/spark-defaults.conf");

  /** Without it the parser wants the configuration of a Hadoop cluster. */
  private static final String TESTING = "spark.testing";

  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "MASTER", "k8s://https://cluster:6443",
          "IMAGE", "registry/penstock:1",
          "PENSTOCK_JAR", "penstock.jar",
          "EXECUTORS", "3");

  @TempDir Path folder;

  @BeforeEach
  void testing() {
    System.setProperty(TESTING, "true");
  }

  @AfterEach
  void notTesting() {
    System.clearProperty(TESTING);
  }

  private SparkSubmitArguments submitted(String script, Map<String, String> further)
      throws IOException {
    Path submit =
        Shell.script(folder.resolve("spark-submit"), "#!/bin/sh", "printf '%s\\n' \"$@\"");
    Map<String, String> environment = new HashMap<>(ENVIRONMENT);
    environment.put("SPARK_SUBMIT", submit.toString());
    environment.putAll(further);
    Shell.Ended ended =
        Shell.run(
            environment,
            List.of("bash", "jobs/schedule/" + script, "/lake/jobs/triage.yaml", "--no-wait"));
    assertThat(ended.code()).as(ended.output()).isZero();
    return new SparkSubmit().parseArguments(ended.output().split("\n"));
  }

  private static SparkConf settings(SparkSubmitArguments arguments) {
    return arguments.toSparkConf(Option.empty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"standalone.sh", "yarn.sh", "kubernetes.sh"})
  void runsTheJobAndNothingStartsItAgain(String script) throws Exception {
    SparkSubmitArguments arguments = submitted(script, Map.of());

    assertThat(Class.forName(arguments.mainClass())).isEqualTo(Main.class);
    assertThat(arguments.childArgs().mkString(" "))
        .isEqualTo("infer /lake/jobs/triage.yaml --no-wait");
    assertThat(arguments.supervise()).isFalse();
    SparkConf settings = settings(arguments);
    assertThat(settings.get("spark.plugins")).isEqualTo(PenstockPlugin.class.getName());
    assertThat(settings.get("spark.speculation")).isEqualTo("false");
    assertThat(settings.get("spark.executor.cores")).isEqualTo("8");
  }

  @Test
  void onAStandaloneClusterTheDriverStaysHere() throws IOException {
    SparkSubmitArguments arguments =
        submitted("standalone.sh", Map.of("MASTER", "spark://master:7077"));

    assertThat(arguments.master()).isEqualTo("spark://master:7077");
    assertThat(arguments.deployMode()).isEqualTo("client");
    assertThat(settings(arguments).get("spark.cores.max")).isEqualTo("16");
  }

  @Test
  void onYarnThereIsOneAttempt() throws IOException {
    SparkSubmitArguments client = submitted("yarn.sh", Map.of());
    SparkSubmitArguments cluster = submitted("yarn.sh", Map.of("DEPLOY_MODE", "cluster"));

    assertThat(client.master()).isEqualTo("yarn");
    assertThat(client.deployMode()).isEqualTo("client");
    assertThat(cluster.deployMode()).isEqualTo("cluster");
    assertThat(settings(cluster).get("spark.yarn.maxAppAttempts")).isEqualTo("1");
    assertThat(cluster.numExecutors()).isEqualTo("3");
  }

  @Test
  void onKubernetesSettingsNameTheSecretOnly() throws IOException {
    SparkSubmitArguments arguments = submitted("kubernetes.sh", Map.of());

    assertThat(arguments.master()).isEqualTo("k8s://https://cluster:6443");
    assertThat(arguments.deployMode()).isEqualTo("cluster");
    SparkConf settings = settings(arguments);
    assertThat(settings.get("spark.kubernetes.container.image")).isEqualTo("registry/penstock:1");
    assertThat(settings.get("spark.kubernetes.driver.secretKeyRef.OPENAI_API_KEY"))
        .isEqualTo("penstock-keys:openai");
    String volume = "volumes.persistentVolumeClaim.lake.";
    for (String pod : List.of("driver.", "executor.")) {
      assertThat(settings.get("spark.kubernetes." + pod + volume + "mount.path"))
          .isEqualTo("/lake");
      assertThat(settings.get("spark.kubernetes." + pod + volume + "options.claimName"))
          .isEqualTo("lake");
    }
  }

  @Test
  void everyDefaultHasAReasonAndIsKnownToSpark() throws Exception {
    Class.forName("org.apache.spark.internal.config.UI$"); // registers its entries
    String text = Files.readString(DEFAULTS);
    for (String block : text.split("\n\n")) {
      assertThat(block).startsWith("# ");
    }
    Properties defaults = new Properties();
    try (Reader in = Files.newBufferedReader(DEFAULTS)) {
      defaults.load(in);
    }

    assertThat(defaults.stringPropertyNames())
        .filteredOn(key -> !key.matches("spark\\.(yarn|kubernetes)\\..*")) // not on the class path
        .hasSizeGreaterThanOrEqualTo(5)
        .allSatisfy(key -> assertThat(ConfigEntry.findEntry(key)).as(key).isNotNull());
    assertThat(SparkPlugin.class)
        .isAssignableFrom(Class.forName(defaults.getProperty("spark.plugins")));
  }
}
