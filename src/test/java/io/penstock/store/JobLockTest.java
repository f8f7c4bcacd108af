package io.penstock.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobLockTest {
  private static final Configuration HADOOP = new Configuration();
  private static final String JOB = "triage";

  @TempDir Path store;

  private JobLock take() throws IOException, InterruptedException {
    return JobLock.take(store.toString(), JOB, HADOOP);
  }

  private Path file(int epoch) {
    return store.resolve("locks/" + JOB + "/lock-%010d".formatted(epoch));
  }

  /** As if nobody had renewed it for longer than it lives. */
  private void expire(int epoch) throws IOException {
    Instant longAgo = Instant.now().minus(JobLock.LIFE).minusSeconds(5);
    Files.setLastModifiedTime(file(epoch), FileTime.from(longAgo));
  }

  /** What a contender meets while the holder goes on renewing. */
  private Throwable refusal(JobLock holder, Contender contender) {
    CompletableFuture<Throwable> refused =
        CompletableFuture.supplyAsync(
            () -> {
              try (JobLock taken = contender.take()) {
                return new AssertionError("two have the lock");
              } catch (IOException | InterruptedException e) {
                return e;
              }
            });
    while (!refused.isDone()) {
      holder.renew();
    }
    return refused.join();
  }

  private interface Contender {
    JobLock take() throws IOException, InterruptedException;
  }

  @Test
  void aSecondContenderIsToldWhoHoldsItAndWhatToDo() throws Exception {
    try (JobLock holder = take()) {
      holder.runs("r7");
      holder.renew();

      assertThat(refusal(holder, this::take))
          .isInstanceOf(LockHeldException.class)
          .hasMessageContainingAll(
              JOB, String.valueOf(ProcessHandle.current().pid()), "run r7", "--wait-for-lock");
      assertThat(holder.isLost()).isFalse();
    }
  }

  @Test
  void aReleasedLockIsFreeAtOnce() throws Exception {
    take().close();

    try (JobLock next = take()) {
      assertThat(next.isLost()).isFalse();
    }
  }

  @Test
  void jobsOfOneStoreDoNotMeet() throws Exception {
    try (JobLock one = take();
        JobLock other = JobLock.take(store.toString(), "another", HADOOP)) {
      assertThat(one.isLost() || other.isLost()).isFalse();
    }
  }

  @Test
  void aDeadHoldersLockIsTakenAndItsFileGoes() throws Exception {
    new LockFiles(store.toString(), JOB, HADOOP).create(1, LockFiles.Holder.UNKNOWN);
    expire(1);

    try (JobLock next = take()) {
      assertThat(file(1)).doesNotExist();
      assertThat(file(2)).exists();
    }
  }

  @Test
  void aFileThatAKilledHolderLeftTornCountsByItsAge() throws Exception {
    Files.createDirectories(file(1).getParent());
    Files.writeString(file(1), "{\"host\": \"x");
    LockFiles files = new LockFiles(store.toString(), JOB, HADOOP);
    assertThat(files.highest().holder().released()).isFalse();
    expire(1);

    try (JobLock next = take()) {
      assertThat(file(2)).exists();
    }
  }

  @Test
  void aHolderThatWasSuspendedFindsThatItLostTheLockAndLeavesItAlone() throws Exception {
    JobLock suspended = take();
    List<String> told = new CopyOnWriteArrayList<>();
    suspended.onLost(() -> told.add("lost"));
    expire(1);
    try (JobLock next = take()) {
      long renewed = suspended.renewedNanos();

      suspended.renew();
      suspended.renew();
      suspended.close();

      assertThat(suspended.isLost()).isTrue();
      assertThat(told).containsExactly("lost");
      assertThat(suspended.renewedNanos()).isEqualTo(renewed);
      assertThat(refusal(next, this::take)).isInstanceOf(LockHeldException.class);
      assertThat(next.isLost()).isFalse();
    }
  }

  @Test
  void ofManyContendersOneWins() throws Exception {
    take().close();
    AtomicInteger refused = new AtomicInteger();
    List<JobLock> winners = new CopyOnWriteArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(20);

    List<CompletableFuture<Void>> contenders =
        IntStream.range(0, 20)
            .mapToObj(
                i ->
                    CompletableFuture.runAsync(
                        () -> {
                          try {
                            winners.add(take());
                          } catch (LockHeldException e) {
                            refused.incrementAndGet();
                          } catch (IOException | InterruptedException e) {
                            throw new IllegalStateException(e);
                          }
                        },
                        threads))
            .toList();
    CompletableFuture<Void> all =
        CompletableFuture.allOf(contenders.toArray(CompletableFuture[]::new));
    while (!all.isDone()) {
      winners.forEach(JobLock::renew);
    }

    all.join();
    assertThat(winners).hasSize(1);
    assertThat(refused).hasValue(19);
    winners.get(0).close();
    threads.shutdown();
  }

  @Test
  void whoWaitsIsToldOnceAndTakesItInTheEnd() throws Exception {
    List<String> said = new CopyOnWriteArrayList<>();
    JobLock holder = take();
    CompletableFuture<JobLock> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return JobLock.await(store.toString(), JOB, HADOOP, said::add);
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    while (said.isEmpty()) {
      holder.renew();
    }

    holder.close();

    waiting.join().close();
    assertThat(said).singleElement().asString().contains("waiting", JOB);
  }

  @Test
  void aFreshRenewalMovesItsReading() throws Exception {
    try (JobLock lock = take()) {
      long before = lock.renewedNanos();

      lock.renew();

      assertThat(lock.renewedNanos()).isGreaterThan(before);
    }
  }

  @Test
  void renewingWhereTheStoreCannotBeWrittenLeavesTheReadingOld() throws Exception {
    JobLock lock = take();
    long before = lock.renewedNanos();
    Files.delete(file(1));
    Files.createDirectory(file(1)); // nothing can be written there
    Files.createFile(file(1).resolve("x"));

    lock.renew();

    assertThat(lock.renewedNanos()).isEqualTo(before);
    assertThat(lock.isLost()).isFalse();
  }

  @Test
  void whoSleptWhileOthersHadTheLockDoesNotTakeAnEpochOfThePast() throws IOException {
    LockFiles files = new LockFiles(store.toString(), JOB, HADOOP);
    files.create(3, LockFiles.Holder.UNKNOWN);

    assertThat(files.create(2, LockFiles.Holder.UNKNOWN)).isFalse();
    assertThat(file(2)).doesNotExist();
    assertThat(files.highestEpoch()).isEqualTo(3);
  }

  @Test
  void aRunThatAKillCaughtBetweenItsTwoFilesIsFound() throws IOException {
    CurrentRun run = new CurrentRun("r7", "/runs/r7");
    run.write(store.toString(), JOB, HADOOP);
    Path file = store.resolve("locks/" + JOB + "/run.json");
    Files.move(file, file.resolveSibling(".run.json.tmp"));

    assertThat(CurrentRun.find(store.toString(), JOB, HADOOP)).contains(run);
    CurrentRun.clear(store.toString(), JOB, HADOOP);
    assertThat(CurrentRun.find(store.toString(), JOB, HADOOP)).isEmpty();
  }

  @Test
  void runsWhoseLockIsHeldAreLive() throws Exception {
    try (JobLock holder = take()) {
      holder.runs("r7");
      holder.renew();
      assertThat(LockFiles.liveRuns(store.toString(), HADOOP, JobLock.LIFE)).containsExactly("r7");

      expire(1);
      assertThat(LockFiles.liveRuns(store.toString(), HADOOP, JobLock.LIFE)).isEmpty();
    }
    assertThat(LockFiles.liveRuns(store.toString(), HADOOP, JobLock.LIFE)).isEmpty();
  }

  @Test
  void theCurrentRunIsFoundUntilItIsCleared() throws IOException {
    CurrentRun run = new CurrentRun("r7", "/runs/r7");
    String path = store.toString();
    assertThat(CurrentRun.find(path, JOB, HADOOP)).isEmpty();

    new CurrentRun("r6", "/runs/r6").write(path, JOB, HADOOP);
    run.write(path, JOB, HADOOP);

    assertThat(CurrentRun.find(path, JOB, HADOOP)).contains(run);
    assertThat(CurrentRun.runIds(path, HADOOP)).containsExactly("r7");
    CurrentRun.clear(path, JOB, HADOOP);
    assertThat(CurrentRun.find(path, JOB, HADOOP)).isEmpty();
  }
}
