package io.penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.cluster.Messages.Renewal;
import io.penstock.cluster.Messages.RenewalReply;
import io.penstock.domain.ProviderSecrets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PenstockPluginTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** Of the tasks, which run in this JVM. */
  private static final List<FakeParticipant> RUNTIMES = new ArrayList<>();

  @TempDir private Path store;

  /** Another test's session has other settings. */
  @BeforeEach
  @AfterEach
  void stopWhateverRuns() {
    SparkSession.builder().master("local[1]").getOrCreate().stop();
  }

  private static SparkConf settings() {
    return new SparkConf()
        .setMaster("local[2]")
        .setAppName("plugin")
        .set("spark.ui.enabled", "false")
        .set("spark.plugins", PenstockPlugin.class.getName());
  }

  private RunOrder order(SparkContext spark, String runId) {
    return new RunOrder(
        runId,
        List.of(store.toUri().toString()),
        new SerializableConfiguration(spark.hadoopConfiguration()));
  }

  /** A task: attaches its runtime, waits for the lease and says what it got. */
  private static String work(String runId) throws Exception {
    ExecutorAgent agent = ExecutorAgent.current();
    FakeParticipant runtime = new FakeParticipant(runId);
    runtime.count(Told.counts(1, 0, 0, 7));
    agent.attach(runtime);
    RUNTIMES.add(runtime);
    agent.whenLeased(runId).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    agent.awaitQuiet(runId);
    HeldSecrets held = agent.secrets("openai");
    HeldSecrets instead =
        agent.secretsInstead("openai", held.version()).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    return agent.executorId() + " " + held.secrets().apiKey() + " " + instead.secrets().apiKey();
  }

  private static List<String> runTask(SparkContext spark, String runId) {
    return JavaSparkContext.fromSparkContext(spark)
        .parallelize(List.of(runId), 1)
        .map(PenstockPluginTest::work)
        .collect();
  }

  @Test
  void aTaskGetsTheSecretAndTheLeaseAndItsRuntimeIsClosedAtTheEnd() throws Exception {
    RUNTIMES.clear();
    SparkContext spark = new SparkContext(settings());
    DriverCoordinator driver = DriverCoordinator.current().orElseThrow();
    driver.offerSecrets(
        Map.of("openai", ProviderSecrets.ofKey("sk-1")), provider -> ProviderSecrets.ofKey("sk-2"));

    driver.begin(order(spark, "r1"), () -> true, Orders.noLimits());
    driver.awaitProofs(LIMIT);
    assertThat(store.resolve("_proof/r1/driver")).exists();
    List<String> got = runTask(spark, "r1");
    driver.stop("enough");
    driver.end(LIMIT);

    assertThat(got).containsExactly("driver sk-1 sk-2");
    assertThat(RUNTIMES.get(0).events()).endsWith("close");
    assertThat(driver.counts().answered()).isEqualTo(1);
    assertThat(store).isEmptyDirectory();
    assertThat(spark.conf().toDebugString()).doesNotContain("sk-1");
  }

  @Test
  void theListenerTellsWhomSparkRemoved() throws Exception {
    SparkContext spark = new SparkContext(settings());
    DriverCoordinator driver = DriverCoordinator.current().orElseThrow();
    driver.begin(order(spark, "r1"), () -> true, Orders.noLimits());
    driver.awaitProofs(LIMIT);

    spark.listenerBus().post(new SparkListenerExecutorRemoved(1, "driver", "test"));
    spark.listenerBus().waitUntilEmpty();

    assertThat(
            ((RenewalReply) driver.answer(new Renewal("driver", "h", List.of(), null))).refusal())
        .isEqualTo("Spark has removed the executor");
  }

  @Test
  void nothingStaysOfAStoppedSession() {
    SparkContext first = new SparkContext(settings());
    DriverCoordinator driver = DriverCoordinator.current().orElseThrow();

    first.stop();
    assertThat(DriverCoordinator.current()).isEmpty();
    assertThatThrownBy(ExecutorAgent::current)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("spark.plugins=" + PenstockPlugin.class.getName());
    new SparkContext(settings());

    assertThat(DriverCoordinator.current()).isPresent();
    assertThat(DriverCoordinator.current().get()).isNotSameAs(driver);
    assertThat(ExecutorAgent.current().executorId()).isEqualTo("driver");
  }

  @Test
  void refusesSpeculation() {
    SparkConf speculative = settings().set("spark.speculation", "true");

    assertThatThrownBy(() -> new SparkContext(speculative))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("spark.speculation", "pay", "set it to false");
    assertThat(DriverCoordinator.current()).isEmpty();
  }
}
