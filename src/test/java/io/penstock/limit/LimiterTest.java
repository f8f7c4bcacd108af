package io.penstock.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.penstock.limit.Limiter.Permit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class LimiterTest {
  private static final int THREADS = 8;
  private static final int CALLS_PER_THREAD = 2_000;

  @Test
  void neverGrantsMoreThanTheLimit() {
    Limiter limiter = Limiters.of(2);

    List<CompletableFuture<Permit>> asked = acquire(limiter, 3);

    assertThat(granted(asked)).isEqualTo(2);
    assertThat(limiter.inFlight()).isEqualTo(2);
  }

  @Test
  void aClosedPermitMakesRoomForTheNext() {
    Limiter limiter = Limiters.of(1);
    List<CompletableFuture<Permit>> asked = acquire(limiter, 2);

    asked.get(0).join().close();

    assertThat(asked.get(1)).isDone();
    assertThat(limiter.inFlight()).isEqualTo(1);
  }

  @Test
  void firstComeFirstServed() {
    Limiter limiter = Limiters.of(1);
    List<CompletableFuture<Permit>> asked = acquire(limiter, 5);
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int turn = i;
      asked.get(i).thenAccept(permit -> order.add(turn));
    }

    asked.forEach(future -> future.join().close());

    assertThat(order).containsExactly(0, 1, 2, 3, 4);
    assertThat(limiter.inFlight()).isZero();
  }

  @Test
  void closingTwiceFreesOnePlaceOnly() {
    Limiter limiter = Limiters.of(2);
    List<CompletableFuture<Permit>> asked = acquire(limiter, 4);

    asked.get(0).join().close();
    asked.get(0).join().close();

    assertThat(granted(asked)).isEqualTo(3);
    assertThat(limiter.inFlight()).isEqualTo(2);
  }

  @Test
  void whoWaitsLetsOthersUseItsPlace() {
    Limiter limiter = Limiters.of(1);
    List<CompletableFuture<Permit>> asked = acquire(limiter, 2);

    asked.get(0).join().suspend();

    assertThat(asked.get(1)).isDone();
    assertThat(limiter.inFlight()).isEqualTo(1);
  }

  @Test
  void whoResumesGoesBeforeAllThatArrive() {
    Limiter limiter = Limiters.of(1);
    List<CompletableFuture<Permit>> asked = acquire(limiter, 3);
    Permit first = asked.get(0).join();
    first.suspend();

    CompletableFuture<Permit> resumed = first.resume(Long.MAX_VALUE / 2);
    assertThat(resumed).isNotDone(); // the second has the place
    asked.get(1).join().close();

    assertThat(resumed).isCompletedWithValue(first);
    assertThat(asked.get(2)).isNotDone();
  }

  @Test
  void resumingTakesAFreePlaceAtOnce() {
    Limiter limiter = Limiters.of(1);
    Permit permit = limiter.acquire(Need.REQUEST).join();
    permit.suspend();

    assertThat(limiter.inFlight()).isZero();
    assertThat(permit.resume(Long.MAX_VALUE / 2)).isCompletedWithValue(permit);
    assertThat(limiter.inFlight()).isEqualTo(1);
  }

  @Test
  void atMostTwiceTheLimitIsAdmitted() {
    Limiter limiter = Limiters.of(2);
    List<CompletableFuture<Permit>> asked = acquire(limiter, 9);

    for (int i = 0; i < 4; i++) {
      asked.get(i).join().suspend(); // all that are admitted are refused and wait
    }

    assertThat(granted(asked)).isEqualTo(4);
    assertThat(limiter.inFlight()).isZero();
  }

  @Test
  void aSuspendedPermitThatIsClosedAdmitsTheNext() {
    Limiter limiter = Limiters.of(1);
    List<CompletableFuture<Permit>> asked = acquire(limiter, 3);
    asked.get(0).join().suspend();
    asked.get(1).join().suspend();
    assertThat(asked.get(2)).isNotDone();

    asked.get(0).join().close();

    assertThat(asked.get(2)).isDone();
    assertThat(limiter.inFlight()).isEqualTo(1);
  }

  @Test
  void aPermitClosedWhileItWaitsToResumeHoldsNoPlace() {
    Limiter limiter = Limiters.of(1);
    List<CompletableFuture<Permit>> asked = acquire(limiter, 2);
    Permit first = asked.get(0).join();
    first.suspend();
    first.resume(Long.MAX_VALUE / 2);

    first.close();
    asked.get(1).join().close();

    assertThat(limiter.inFlight()).isZero();
    assertThat(limiter.acquire(Need.REQUEST)).isDone();
  }

  @Test
  void remembersThePeak() {
    Limiter limiter = Limiters.of(5);
    assertThat(limiter.peakInFlight()).isZero();

    acquire(limiter, 3).forEach(future -> future.join().close());
    acquire(limiter, 1);

    assertThat(limiter.peakInFlight()).isEqualTo(3);
  }

  @Test
  void onlyWhoIsUnderWayCanWaitAndOnlyWhoWaitsCanResume() {
    Permit permit = Limiters.of(1).acquire(Need.REQUEST).join();
    assertThatIllegalStateException().isThrownBy(() -> permit.resume(0));

    permit.suspend();
    assertThatIllegalStateException().isThrownBy(permit::suspend);

    permit.close();
    assertThatIllegalStateException().isThrownBy(() -> permit.resume(0));
  }

  @Test
  void holdsUnderManyThreads() throws Exception {
    Limiter limiter = Limiters.of(3);
    AtomicInteger underWay = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    List<Future<?>> done = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      done.add(threads.submit(() -> callMany(limiter, underWay, most)));
    }

    for (Future<?> future : done) {
      future.get(60, TimeUnit.SECONDS);
    }
    threads.shutdown();

    assertThat(most.get()).isBetween(1, 3);
    assertThat(limiter.peakInFlight()).isBetween(1, 3);
    assertThat(limiter.inFlight()).isZero();
    assertThat(granted(acquire(limiter, 3))).isEqualTo(3); // nothing leaked
  }

  /** Every third call waits in between. */
  private static void callMany(Limiter limiter, AtomicInteger underWay, AtomicInteger most) {
    for (int i = 0; i < CALLS_PER_THREAD; i++) {
      Permit permit = limiter.acquire(Need.REQUEST).join();
      most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
      underWay.decrementAndGet();
      if (i % 3 == 0) {
        permit.suspend();
        permit.resume(Long.MAX_VALUE / 2).join();
        most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
        underWay.decrementAndGet();
      }
      permit.close();
    }
  }

  private static List<CompletableFuture<Permit>> acquire(Limiter limiter, int count) {
    List<CompletableFuture<Permit>> asked = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      asked.add(limiter.acquire(Need.REQUEST));
    }
    return asked;
  }

  private static long granted(List<CompletableFuture<Permit>> asked) {
    return asked.stream().filter(CompletableFuture::isDone).count();
  }
}
