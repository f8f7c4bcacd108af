package io.penstock.cluster;

import static io.penstock.cluster.Orders.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.cluster.Messages.Renewal;
import io.penstock.cluster.Messages.RenewalReply;
import io.penstock.domain.ProviderSecrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executors and driver over a direct line, asking when the test says so. */
final class ExecutorAgentTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final FakeNanos clock = new FakeNanos();
  private final DriverCoordinator driver = new DriverCoordinator(clock);
  private final DirectLine line = new DirectLine("1", driver);
  private final ExecutorAgent agent = agent(line);

  @TempDir private Path store;
  @TempDir private Path runs;
  @TempDir private Path elsewhere;

  private ExecutorAgent agent(DirectLine to) {
    ExecutorAgent made = new ExecutorAgent(clock, Runnable::run);
    made.connect(to);
    return made;
  }

  /** Begins a run that agent 1 may call in. */
  private void begin(String runId) throws Exception {
    driver.begin(order(runId, store, runs), () -> true, Orders.noLimits());
    agent.renew(); // learns of the run, and proves
    agent.renew(); // tells
    driver.awaitProofs(LIMIT);
    agent.renew();
  }

  /** Ends it while the agent asks on. */
  private void end() throws Exception {
    CompletableFuture<Void> ended =
        CompletableFuture.runAsync(
            () -> {
              try {
                driver.end(LIMIT);
              } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    while (!ended.isDone()) {
      agent.renew();
    }
    ended.get();
  }

  @AfterEach
  void shutDown() {
    driver.shutdown();
  }

  @Test
  void isLeasedOnceBothHaveSeenEachOthersFiles() throws Exception {
    CompletableFuture<Void> waiting = agent.whenLeased("r1");

    begin("r1");

    assertThat(waiting).isCompleted();
    assertThat(agent.executorId()).isEqualTo("1");
    try (Stream<Path> files = Files.list(store.resolve("_proof/r1"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .filteredOn(name -> !name.endsWith(".crc"))
          .hasSize(2)
          .anyMatch(name -> name.equals("driver"))
          .anyMatch(name -> name.startsWith("1-"));
    }
  }

  @Test
  void theEndClosesTheRuntimeAndDeletesTheTokenFiles() throws Exception {
    begin("r1");
    FakeParticipant runtime = new FakeParticipant("r1");
    agent.attach(runtime);
    runtime.count(Told.counts(3, 0, 0, 5));
    agent.renew();

    end();

    assertThat(runtime.events()).containsExactly("close");
    assertThat(driver.counts().answered()).isEqualTo(3);
    assertThat(store).isEmptyDirectory();
    assertThat(runs).isEmptyDirectory();
    assertThat(agent.whenLeased("r1")).isNotDone();
  }

  @Test
  void aStopReachesTheRuntimeOnce() throws Exception {
    begin("r1");
    FakeParticipant runtime = new FakeParticipant("r1");
    agent.attach(runtime);

    driver.stop("no money");
    agent.renew();
    agent.renew();

    assertThat(runtime.events()).containsExactly("stop: no money");
    assertThat(agent.whenLeased("r1")).isCompletedExceptionally();
  }

  @Test
  void theSameRunExecutedAnewGetsAnewRuntime() throws Exception {
    begin("r1");
    FakeParticipant before = new FakeParticipant("r1");
    agent.attach(before);
    agent.renew();

    begin("r1");

    assertThat(before.events()).containsExactly("close");
  }

  @Test
  void aFailedAskChangesNothingUntilTheLeaseRunsOut() throws Exception {
    begin("r1");

    line.cut();
    assertThatThrownBy(agent::renew).hasMessage("no route to the driver");
    assertThat(agent.whenLeased("r1")).isCompleted();
    clock.advance(Lease.LIFE);
    CompletableFuture<Void> waiting = agent.whenLeased("r1");
    assertThat(waiting).isNotDone();
    line.mend();
    agent.renew();

    assertThat(waiting).isCompleted();
  }

  @Test
  void itsThreadAsksOnAfterAnAskThatFailed() throws Exception {
    line.cut();
    agent.start();
    CompletableFuture<Void> waiting = agent.whenLeased("r1");
    driver.begin(order("r1", store), () -> true, Orders.noLimits());
    while (line.asks.get() < 2) {
      Thread.onSpinWait();
    }

    line.mend();
    driver.awaitProofs(LIMIT);

    assertThat(waiting).succeedsWithin(LIMIT);
    agent.shutdown();
  }

  @Test
  void aSecretIsAskedForOncePerRun() throws Exception {
    offerKey("sk-1");
    begin("r1");
    int before = line.asks.get();

    assertThat(List.of(key("openai"), key("openai"))).containsOnly("sk-1");
    assertThat(key("anthropic")).isNull();
    assertThat(key("anthropic")).isNull();
    assertThat(line.asks.get() - before).isEqualTo(2);

    offerKey("sk-2");
    begin("r2");
    assertThat(key("openai")).isEqualTo("sk-2");
  }

  private void offerKey(String key) {
    ProviderSecrets secrets = ProviderSecrets.ofKey(key);
    driver.offerSecrets(Map.of("openai", secrets), provider -> secrets);
  }

  private @Nullable String key(String provider) {
    return agent.secrets(provider).secrets().apiKey();
  }

  @Test
  void whatTookThePlaceOfARefusedSecretIsThatOfTheWholeRun() throws Exception {
    AtomicInteger reads = new AtomicInteger();
    driver.offerSecrets(
        Map.of("openai", ProviderSecrets.ofKey("sk-1")),
        provider -> ProviderSecrets.ofKey("sk-" + (1 + Math.min(1, reads.incrementAndGet()))));
    begin("r1");
    HeldSecrets first = agent.secrets("openai");

    HeldSecrets second = agent.secretsInstead("openai", first.version()).get();
    HeldSecrets stillSecond = agent.secretsInstead("openai", second.version()).get();

    assertThat(second.secrets().apiKey()).isEqualTo("sk-2");
    assertThat(second.secrets().former()).containsExactly("sk-1");
    assertThat(stillSecond).isEqualTo(second);
    assertThat(agent.secretsInstead("openai", second.version()).get()).isEqualTo(second);
    assertThat(agent.secretsInstead("openai", first.version()).get()).isEqualTo(second);
    assertThat(key("openai")).isEqualTo("sk-2");
    assertThat(reads).as("once for each version").hasValue(2);
  }

  @Test
  void anExecutorThatSeesAnotherFolderIsNamed() throws Exception {
    ExecutorAgent stranger = agent(new DirectLine("2", driver).seeing(elsewhere.toString()));
    driver.begin(order("r1", store), () -> true, Orders.noLimits());

    for (int i = 0; i <= FolderProver.TRIES; i++) {
      assertThat(driver.proofFailure()).isEmpty();
      stranger.renew();
    }

    assertThatThrownBy(() -> driver.awaitProofs(LIMIT))
        .isInstanceOf(SharedFolderException.class)
        .hasMessageContainingAll("executor 2 on host ", elsewhere.toString(), "shared mount");
  }

  @Test
  void anExecutorWhoseFilesTheDriverDoesNotSeeIsNamed() throws Exception {
    ExecutorAgent stranger = agent(new DirectLine("2", driver).seeing(elsewhere.toString()));
    driver.begin(order("r1", store), () -> true, Orders.noLimits());
    Files.createDirectories(elsewhere.resolve("_proof/r1"));
    Files.copy(store.resolve("_proof/r1/driver"), elsewhere.resolve("_proof/r1/driver"));

    while (driver.proofFailure().isEmpty()) {
      stranger.renew();
    }

    assertThat(driver.proofFailure().get()).contains("executor 2 on host ", store.toString());
  }

  @Test
  void awaitsNoProofsLongerThanTheLimit() throws Exception {
    driver.begin(order("r1", store), () -> true, Orders.noLimits());
    assertThatThrownBy(() -> driver.awaitProofs(Duration.ZERO))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No executor");

    line.seeing(store.toString());
    agent.renew();

    assertThatThrownBy(() -> driver.awaitProofs(Duration.ZERO))
        .isInstanceOf(SharedFolderException.class)
        .hasMessageContainingAll("executor 1 on host ", store.toString());
  }

  @Test
  void aProofThatComesAfterTheEndLeavesNoFile() throws Exception {
    driver.begin(order("r1", store), () -> true, Orders.noLimits());
    List<Runnable> later = new ArrayList<>();
    FolderProver prover = new FolderProver("1", later::add, () -> {});
    RenewalReply order = (RenewalReply) driver.answer(new Renewal("1", "h", List.of(), null));
    prover.answered(order);

    prover.answered(RenewalReply.NO_RUN);
    driver.end(Duration.ZERO);
    Files.createDirectories(store.resolve("_proof/r1"));
    Files.writeString(store.resolve("_proof/r1/driver"), order.token()); // as if seen before
    later.forEach(Runnable::run);

    assertThat(prover.proof()).isNull();
    try (Stream<Path> files = Files.list(store.resolve("_proof/r1"))) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactly("driver");
    }
  }

  @Test
  void waitsUntilTheOthersAreQuiet() throws Exception {
    begin("r1");
    agent.awaitQuiet("r1"); // nobody else is there

    assertThatThrownBy(() -> agent.awaitQuiet("r0")).isInstanceOf(CallsStoppedException.class);
  }

  @Test
  void shutdownStopsAndClosesTheRuntime() throws Exception {
    begin("r1");
    FakeParticipant runtime = new FakeParticipant("r1");
    agent.attach(runtime);

    agent.shutdown();

    assertThat(runtime.events()).containsExactly("stop: the executor shuts down", "close");
    assertThat(agent.whenLeased("r1")).isCompletedExceptionally();
  }
}
