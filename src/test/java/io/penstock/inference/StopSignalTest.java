package io.penstock.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.FailureKind;
import io.penstock.inference.StopSignal.Cause;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class StopSignalTest {
  private static final Cause FIRST = new Cause(FailureKind.AUTHENTICATION, "no such key");
  private static final Cause SECOND = new Cause(FailureKind.QUOTA_EXHAUSTED, "no money");

  private final StopSignal stop = new StopSignal();
  private final AtomicInteger woken = new AtomicInteger();

  @Test
  void theFirstCauseStays() {
    assertThat(stop.isStopped()).isFalse();
    assertThat(stop.cause()).isEmpty();

    stop.stop(FIRST);
    stop.stop(SECOND);

    assertThat(stop.isStopped()).isTrue();
    assertThat(stop.cause()).contains(FIRST);
  }

  @Test
  void wakesListenersOnce() {
    stop.listen(woken::incrementAndGet);

    stop.stop(FIRST);
    stop.stop(SECOND);

    assertThat(woken).hasValue(1);
  }

  @Test
  void whoListensTooLateIsWokenAtOnce() {
    stop.stop(FIRST);

    stop.listen(woken::incrementAndGet);

    assertThat(woken.get()).isPositive();
  }

  @Test
  void forgottenListenersSleepOn() {
    Runnable listener = woken::incrementAndGet;
    stop.listen(listener);
    stop.forget(listener);

    stop.stop(FIRST);

    assertThat(woken).hasValue(0);
  }
}
