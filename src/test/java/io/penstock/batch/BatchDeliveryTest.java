package io.penstock.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.batch.BatchDelivery.Deadline;
import io.penstock.batch.BatchIntent.Owner;
import io.penstock.batch.BatchIntent.Size;
import io.penstock.batch.BatchIntent.Target;
import io.penstock.domain.FailureKind;
import io.penstock.provider.BatchFile;
import io.penstock.provider.BatchOrder;
import io.penstock.provider.ProviderBatch.State;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchDeliveryTest {
  private static final Target TARGET = new Target("openai", "m", "openai/m");
  private static final Duration ADOPT = Duration.ofMinutes(15);

  @TempDir java.nio.file.Path folder;

  private Instant now = Instant.parse("2026-11-26T10:00:00Z");
  private final InstantSource clock = () -> now;
  private final List<String> told = new ArrayList<>();
  private final Map<String, Long> queueLimits = new HashMap<>();
  private final List<String> harvested = new ArrayList<>();
  private PretendedProvider provider;
  private BatchLedger ledger;
  private String runId = "r1";
  private int cuts;

  /** Whether the job's lock is held. */
  private Runnable fence = () -> {};

  /** What happens at each wait; false ends the execution. */
  private Desk.Waiter waiter = this::pass;

  @BeforeEach
  void open() {
    provider = new PretendedProvider(clock, true);
    ledger = new BatchLedger(folder.toString(), new Configuration());
  }

  private boolean pass(Duration time) {
    now = now.plus(time);
    return true;
  }

  private BatchDelivery delivery() {
    return new BatchDelivery(
        new Desk(
            ledger,
            target -> target.equals(TARGET) ? Optional.of(provider) : Optional.empty(),
            new Near(),
            new Desk.Rules("job", runId, Duration.ofSeconds(60), ADOPT, queueLimits),
            new Desk.Time(clock, time -> waiter.await(time), () -> fence.run(), new Random(1)),
            told::add));
  }

  private PendingBatch cut(int requests) throws IOException {
    return cut("job", requests, 1_000);
  }

  private static List<String> ids(String key, int requests) {
    return IntStream.range(0, requests).mapToObj(i -> key + "-" + i).toList();
  }

  private PendingBatch cut(String job, int requests, long tokens) throws IOException {
    String key = "b" + cuts++;
    java.nio.file.Path list = folder.resolve(key + ".csv");
    Files.write(list, ids(key, requests).stream().map(id -> id + ",1,1").toList());
    BatchIntent intent =
        new BatchIntent(
            new Owner(job, runId, 1),
            TARGET,
            "nowhere",
            new Size(requests, 10),
            tokens,
            new BigDecimal("0.1"));
    return ledger.intend(key, intent, new Path(list.toString()));
  }

  /** Sends and reads in this process. */
  private final class Near implements Carrier {
    @Override
    public List<Sent> upload(List<PendingBatch> batches) {
      return batches.stream().map(this::upload).toList();
    }

    private Sent upload(PendingBatch batch) {
      try {
        return Sent.as(batch.key(), provider.upload(new Lines(batch)));
      } catch (ProviderException e) {
        return Sent.refused(batch.key(), Trouble.of(e));
      }
    }

    @Override
    public List<Sent> create(List<PendingBatch> batches) {
      return batches.stream().map(this::create).toList();
    }

    private Sent create(PendingBatch batch) {
      try {
        BatchOrder order = new BatchOrder(new Lines(batch), null, Map.of());
        List<String> ids = ids(batch.key(), batch.intent().size().requests());
        return Sent.as(batch.key(), provider.create(order, ids).id());
      } catch (ProviderException e) {
        return Sent.refused(batch.key(), Trouble.of(e));
      }
    }

    @Override
    public List<Harvest> harvest(List<Ripe> batches) {
      return batches.stream().map(this::harvest).toList();
    }

    private Harvest harvest(Ripe ripe) {
      harvested.add(ripe.batch().key());
      boolean isWhole = ripe.seen().state() == State.COMPLETED;
      long answered = isWhole ? ripe.batch().intent().size().requests() : 0;
      return new Harvest(ripe.batch().key(), answered, 0, null, null);
    }
  }

  private record Lines(PendingBatch batch) implements BatchFile {
    @Override
    public String name() {
      return batch.key() + ".jsonl";
    }

    @Override
    public long bytes() {
      return 0;
    }

    @Override
    public InputStream open() {
      return InputStream.nullInputStream();
    }
  }

  private boolean await(BatchDelivery delivery) throws Exception {
    return delivery.await(Deadline.NONE, Set.of());
  }

  private void endAtNextWait(String id, State state, String error) {
    waiter =
        time -> {
          provider.end(id, state, error);
          return pass(time);
        };
  }

  @Test
  void aBatchIsSentWatchedAndBroughtIn() throws Exception {
    BatchDelivery delivery = delivery();
    delivery.submit(List.of(cut(3)));
    assertThat(ledger.held()).singleElement().extracting("batchId").isEqualTo("batch-1");

    endAtNextWait("batch-1", State.COMPLETED, null);

    assertThat(await(delivery)).isTrue();
    assertThat(provider.calls)
        .containsExactly("upload b0.jsonl", "create b0.jsonl", "retrieve batch-1", "forget file-1");
    assertThat(harvested).containsExactly("b0");
    assertThat(ledger.open()).isEmpty();
    assertThat(ledger.ended("r1"))
        .singleElement()
        .extracting(BatchLedger.Ended::end)
        .isEqualTo(new BatchEnd("COMPLETED", 3, 0, 0, false));
  }

  @Test
  void aLaterExecutionTakesUpWhatAnEarlierOneLeft() throws Exception {
    delivery().submit(List.of(cut(3)));
    provider.end("batch-1", State.COMPLETED, null);

    BatchDelivery later = delivery();
    later.resume(false);

    assertThat(later.isIdle()).isTrue();
    assertThat(harvested).containsExactly("b0");
    assertThat(provider.batches).hasSize(1);
  }

  @Test
  void whatWasCutAndNeverSentIsForgotten() throws Exception {
    ledger.written(cut(3).uploaded("file-9"));

    delivery().resume(false);

    assertThat(ledger.open()).isEmpty();
    assertThat(provider.calls).containsExactly("forget file-9");
  }

  @Test
  void aBatchWhoseCreationWasNotConfirmedIsFoundByItsTag() throws Exception {
    provider.losesCreations = true;
    delivery().submit(List.of(cut(3)));
    assertThat(ledger.held()).singleElement().extracting("batchId").isNull();
    provider.losesCreations = false;
    provider.foreign("other", List.of("x", "y", "z"));

    BatchDelivery later = delivery();
    later.resume(false);
    endAtNextWait("batch-1", State.COMPLETED, null);

    assertThat(await(later)).isTrue();
    assertThat(provider.calls).filteredOn(call -> call.startsWith("create")).hasSize(1);
    assertThat(ledger.ended("r1")).singleElement().extracting("batch.batchId").isEqualTo("batch-1");
  }

  @Test
  void aBatchThatIsNotFoundForLongEnoughIsCreatedAgainAndNotBefore() throws Exception {
    ledger.written(cut(3).uploaded("file-9").creating(now));
    Instant begun = now;
    List<Duration> createdAfter = new ArrayList<>();
    waiter =
        time -> {
          if (provider.batches.containsKey("batch-1")) {
            createdAfter.add(Duration.between(begun, now));
            provider.end("batch-1", State.COMPLETED, null);
          }
          return pass(time);
        };

    BatchDelivery later = delivery();
    later.resume(false);

    assertThat(await(later)).isTrue();
    assertThat(createdAfter.get(0)).isBetween(ADOPT, ADOPT.plusMinutes(2));
    assertThat(harvested).containsExactly("b0");
  }

  /** Without tags: only the results tell whose batch it is. */
  @Test
  void aBatchWithoutTagsIsFoundByItsResultsAndStrangersAreNotTaken() throws Exception {
    provider = new PretendedProvider(clock, false);
    provider.losesCreations = true;
    delivery().submit(List.of(cut(3)));
    provider.losesCreations = false;
    provider.foreign("stranger", List.of("x", "y", "z"));
    List<Integer> waits = new ArrayList<>();
    waiter =
        time -> {
          waits.add(1);
          boolean isLate =
              Duration.between(Instant.parse("2026-11-26T10:00:00Z"), now).toHours() > 3;
          if (isLate) {
            provider.end("batch-1", State.COMPLETED, null);
          }
          return pass(time);
        };

    BatchDelivery later = delivery();
    later.resume(false);

    assertThat(await(later)).isTrue();
    assertThat(waits).as("it blocks as long as one may be it").hasSizeGreaterThan(5);
    assertThat(provider.calls).filteredOn(call -> call.startsWith("create")).hasSize(1);
    assertThat(ledger.ended("r1")).singleElement().extracting("batch.batchId").isEqualTo("batch-1");
  }

  @Test
  void aBatchWithoutTagsThatIsNowhereIsCreatedAgain() throws Exception {
    provider = new PretendedProvider(clock, false);
    ledger.written(cut(3).creating(now));
    provider.foreign("stranger", List.of("x", "y", "z"));
    waiter =
        time -> {
          if (provider.batches.containsKey("batch-2")) {
            provider.end("batch-2", State.COMPLETED, null);
          }
          return pass(time);
        };

    BatchDelivery later = delivery();
    later.resume(false);

    assertThat(await(later)).isTrue();
    assertThat(harvested).containsExactly("b0");
    assertThat(ledger.ended("r1")).singleElement().extracting("batch.batchId").isEqualTo("batch-2");
  }

  @Test
  void aBatchJustCreatedMayBeUnknownForAWhile() throws Exception {
    BatchDelivery delivery = delivery();
    provider.hides = true;
    delivery.submit(List.of(cut(3)));
    waiter =
        time -> {
          if (provider.calls.size() > 4) {
            provider.hides = false;
            provider.end("batch-1", State.COMPLETED, null);
          }
          return pass(time);
        };

    assertThat(await(delivery)).isTrue();
    assertThat(harvested).containsExactly("b0");
  }

  /** Another account may know it, so not before it cannot be there any more. */
  @Test
  void aBatchThatIsUnknownForTwoDaysIsGivenUp() throws Exception {
    Instant begun = now;
    BatchDelivery delivery = delivery();
    delivery.submit(List.of(cut(3)));
    provider.hides = true;

    assertThat(await(delivery)).isTrue();
    assertThat(Duration.between(begun, now)).isGreaterThanOrEqualTo(Duration.ofHours(48));

    assertThat(ledger.ended("r1")).singleElement().extracting("end.remaining").isEqualTo(3L);
    assertThat(told).anyMatch(line -> line.contains("does not know batch b0 any more"));
  }

  @Test
  void theNextBatchIsSentWhenTheQueueHasRoom() throws Exception {
    queueLimits.put("openai/m", 2_000L);
    BatchDelivery delivery = delivery();
    delivery.submit(List.of(cut(1), cut(2), cut(3)));
    assertThat(provider.batches).as("95 % of 2,000 tokens hold one of 1,000").hasSize(1);
    assertThat(delivery.lines()).hasSize(2);
    assertThat(delivery.lines().get(0)).startsWith("batch b0 (batch-1) with openai/m: ");
    assertThat(delivery.lines().get(1))
        .isEqualTo("2 batches wait for room in the provider's queue");
    waiter =
        time -> {
          provider.end("batch-" + provider.batches.size(), State.COMPLETED, null);
          return pass(time);
        };

    assertThat(await(delivery)).isTrue();
    assertThat(harvested).containsExactly("b0", "b1", "b2");
    assertThat(delivery.lines()).isEmpty();
  }

  @Test
  void aFullQueueTeachesItsLimitAndTheBatchWaits() throws Exception {
    BatchDelivery delivery = delivery();
    delivery.submit(List.of(cut("job", 1, 60_000), cut("job", 2, 60_000)));
    String full =
        "token_limit_exceeded: Enqueued token limit reached for m. Limit: 90,000 enqueued tokens.";
    provider.end("batch-2", State.FAILED, full);
    int[] waits = {0};
    waiter =
        time -> {
          if (++waits[0] == 3) {
            provider.end("batch-1", State.COMPLETED, null);
          }
          if (provider.batches.containsKey("batch-3")) {
            provider.end("batch-3", State.COMPLETED, null);
          }
          return pass(time);
        };

    assertThat(await(delivery)).isTrue();
    assertThat(ledger.queueLimits(now)).containsEntry("openai/m", 90_000L);
    assertThat(provider.calls).filteredOn(call -> call.startsWith("create")).hasSize(3);
    assertThat(harvested).hasSize(2);
  }

  @Test
  void aBatchThatAnEmptyQueueIsTooSmallForIsCutSmaller() throws Exception {
    BatchDelivery delivery = delivery();
    delivery.submit(List.of(cut("job", 4, 100_000)));
    endAtNextWait(
        "batch-1", State.FAILED, "token_limit_exceeded: enqueued token limit, limit: 90,000");

    assertThat(await(delivery)).isTrue();
    assertThat(ledger.ended("r1")).singleElement().extracting("end.why").isEqualTo("queue full");
    assertThat(ledger.open()).as("its requests are misses again").isEmpty();
    assertThat(delivery.mostTokens("openai/m")).hasValue(85_500);
  }

  @Test
  void aBatchThatFailedAsAWholeIsOfNoUseInBatches() throws Exception {
    BatchDelivery delivery = delivery();
    delivery.submit(List.of(cut(3)));
    endAtNextWait("batch-1", State.FAILED, "odd_code: nobody knows");

    assertThat(await(delivery)).isTrue();
    assertThat(ledger.ended("r1")).singleElement().extracting("end.unusable").isEqualTo(true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"AUTHENTICATION", "QUOTA_EXHAUSTED", "NOT_FOUND"})
  void aRefusedAccountStopsEverything(FailureKind kind) throws Exception {
    provider.refusal = PretendedProvider.failure(kind, Billing.REFUSED, "no");
    BatchDelivery delivery = delivery();

    assertThatThrownBy(() -> delivery.submit(List.of(cut(3))))
        .isInstanceOf(BatchStoppedException.class)
        .extracting("kind")
        .isEqualTo(kind);
  }

  @Test
  void aRefusalForNowIsTriedAgainLater() throws Exception {
    provider.refusal =
        PretendedProvider.failure(FailureKind.OVERLOADED, Billing.REFUSED, "too busy");
    BatchDelivery delivery = delivery();
    delivery.submit(List.of(cut(3)));
    assertThat(ledger.held()).isEmpty();
    int[] waits = {0};
    waiter =
        time -> {
          if (++waits[0] == 2) {
            provider.refusal = null;
          }
          if (provider.batches.containsKey("batch-1")) {
            provider.end("batch-1", State.COMPLETED, null);
          }
          return pass(time);
        };

    assertThat(await(delivery)).isTrue();
    assertThat(harvested).containsExactly("b0");
  }

  @Test
  void nearTheDeadlineBatchesAreCancelledAndAwaited() throws Exception {
    BatchDelivery delivery = delivery();
    delivery.submit(List.of(cut(3)));
    Deadline deadline = new Deadline(now.plusSeconds(600), now.plusSeconds(900));
    waiter =
        time -> {
          if (provider.calls.contains("cancel batch-1")) {
            provider.end("batch-1", State.CANCELLED, null);
          }
          return pass(time);
        };

    assertThat(delivery.await(deadline, Set.of())).isTrue();
    assertThat(now).isAfterOrEqualTo(deadline.cancelAt()).isBefore(deadline.endAt());
    assertThat(ledger.ended("r1")).singleElement().extracting("end.remaining").isEqualTo(3L);
  }

  @Test
  void afterTheDeadlineNothingIsWaitedFor() throws Exception {
    BatchDelivery delivery = delivery();
    delivery.submit(List.of(cut(3)));
    Deadline deadline = new Deadline(now.plusSeconds(600), now.plusSeconds(900));

    assertThat(delivery.await(deadline, Set.of())).isFalse();
    assertThat(now).isEqualTo(deadline.endAt());
    assertThat(ledger.held()).hasSize(1);
  }

  @Test
  void anInterruptedWaitLeavesBatchesRunning() throws Exception {
    BatchDelivery delivery = delivery();
    delivery.submit(List.of(cut(3)));
    waiter = time -> false;

    assertThat(await(delivery)).isFalse();
    assertThat(provider.calls).noneMatch(call -> call.startsWith("cancel"));
    assertThat(ledger.held()).hasSize(1);
  }

  @Test
  void batchesOfOtherJobsAreLeftToThemAndWaitedForWhereTheyAreWanted() throws Exception {
    PendingBatch theirs = ledger.written(cut("other", 3, 1_000).creating(now).created("batch-1"));
    BatchDelivery delivery = delivery();
    delivery.resume(false);
    int[] waits = {0};
    waiter =
        time -> {
          if (++waits[0] == 3) {
            takeIn(theirs);
          }
          return pass(time);
        };

    assertThat(await(delivery)).isTrue();
    assertThat(waits[0]).isZero();
    assertThat(delivery.await(Deadline.NONE, Set.of("b0"))).isTrue();
    assertThat(waits[0]).isEqualTo(3);
    assertThat(provider.calls).isEmpty();
  }

  private void takeIn(PendingBatch batch) {
    try {
      ledger.done(batch, new BatchEnd("COMPLETED", 3, 0, 0, false));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void anEarlierRunsBatchIsNotSentAgainButItsAnswersAreTaken() throws Exception {
    ledger.written(cut(3).creating(now));
    PendingBatch other = cut(2);
    ledger.written(other.creating(now).created("batch-1"));
    provider.foreign("batch-1", ids("b1", 2));
    runId = "r2";
    BatchDelivery later = delivery();
    later.resume(false);

    assertThat(await(later)).as("none is of this run").isTrue();
    assertThat(later.await(Deadline.NONE, later.keys())).isTrue();
    assertThat(harvested).containsExactly("b1");
    assertThat(provider.calls).noneMatch(call -> call.startsWith("create"));
    assertThat(ledger.open()).isEmpty();
  }

  /** Whatever the message says, or does not. */
  @Test
  void aLimitThatCannotBeRightIsHalvedUntilABatchFits() throws Exception {
    queueLimits.put("openai/m", 1_000_000L);
    List<Long> learnt = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      long tokens = List.of(100_000L, 40_000L, 15_000L).get(i); // each fits what was learnt
      BatchDelivery delivery = delivery();
      delivery.submit(List.of(cut("job", 4, tokens)));
      endAtNextWait("batch-" + (i + 1), State.FAILED, "token_limit_exceeded: too many");
      assertThat(await(delivery)).isTrue();
      learnt.add(ledger.queueLimits(now).get("openai/m"));
    }

    assertThat(learnt).containsExactly(50_000L, 20_000L, 7_500L);
    assertThat(ledger.queueLimits(now.plus(Duration.ofDays(1)))).isEmpty();
  }

  @Test
  void aRefusalThatIsOverDoesNotKeepAwakeWhatWaitsForRoom() throws Exception {
    queueLimits.put("openai/m", 2_000L);
    provider.refusal =
        PretendedProvider.failure(FailureKind.OVERLOADED, Billing.REFUSED, "too busy");
    BatchDelivery delivery = delivery();
    delivery.submit(List.of(cut(1), cut(2)));
    provider.refusal = null;
    List<Duration> waits = new ArrayList<>();
    waiter =
        time -> {
          waits.add(time);
          if (waits.size() > 20) {
            provider.end("batch-" + provider.batches.size(), State.COMPLETED, null);
          }
          return pass(time);
        };

    assertThat(await(delivery)).isTrue();
    assertThat(waits).as("it does not spin").allMatch(time -> time.toSeconds() > 0);
  }

  @Test
  void whoLostTheLockSendsNothing() throws Exception {
    BatchDelivery delivery = delivery();
    PendingBatch cut = cut(3);
    fence =
        () -> {
          throw new IllegalStateException("lost");
        };

    assertThatThrownBy(() -> delivery.submit(List.of(cut))).hasMessage("lost");
    assertThat(provider.batches).isEmpty();
    assertThat(ledger.held()).isEmpty();
  }

  @Test
  void aBatchThatTurnsUpWhileAllIsCancelledIsCancelledToo() throws Exception {
    provider.losesCreations = true;
    delivery().submit(List.of(cut(3)));
    BatchDelivery later = delivery();
    provider.hides = true;
    later.resume(false);
    later.cancelAll();
    provider.hides = false;
    waiter =
        time -> {
          if (provider.calls.contains("cancel batch-1")) {
            provider.end("batch-1", State.CANCELLED, null);
          }
          return pass(time);
        };

    assertThat(later.await(Deadline.NONE, later.keys())).isTrue();
    assertThat(provider.calls).filteredOn(call -> call.startsWith("create")).hasSize(1);
    assertThat(harvested).containsExactly("b0");
  }

  @Test
  void cutsOfTheRunThatWereNotSentAreKeptWhereTheyStillHold() throws Exception {
    queueLimits.put("openai/m", 2_000L);
    delivery().submit(List.of(cut(1), cut(2)));

    BatchDelivery later = delivery();
    later.resume(true);

    assertThat(ledger.open()).extracting(PendingBatch::key).containsExactly("b0", "b1");
    waiter =
        time -> {
          provider.end("batch-" + provider.batches.size(), State.COMPLETED, null);
          return pass(time);
        };
    assertThat(await(later)).isTrue();
    assertThat(harvested).containsExactly("b0", "b1");
  }
}
