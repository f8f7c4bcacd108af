package io.penstock.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.domain.FailureKind;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.InferenceOutcome;
import io.penstock.domain.InferenceRequest;
import io.penstock.inference.InFlightWindow.Lane;
import io.penstock.inference.StopSignal.Cause;
import io.penstock.limit.Limiter;
import io.penstock.limit.Limiter.Permit;
import io.penstock.limit.Limiters;
import io.penstock.limit.Need;
import io.penstock.limit.Rate;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The window runs on a thread of its own, as a task does. */
@Timeout(60)
final class InFlightWindowTest {
  private final StopSignal stop = new StopSignal();
  private final List<Fingerprint> outcomes = Collections.synchronizedList(new ArrayList<>());
  private final HandCall call = new HandCall();
  private Thread owner;

  @Test
  void handsOverOutcomesInTheOrderInWhichTheyCome() throws Exception {
    FutureTask<Void> task =
        run(new Lane(Requests.requests(0, 3), request -> Need.REQUEST, Limiters.of(3), call));
    InferenceRequest first = call.awaitStart();
    InferenceRequest second = call.awaitStart();
    InferenceRequest third = call.awaitStart();

    List.of(third, first, second).forEach(call::answer);
    end(task);

    assertThat(outcomes)
        .containsExactly(third.fingerprint(), first.fingerprint(), second.fingerprint());
  }

  @Test
  void neverHasMoreUnderWayThanTheLimiterAllows() throws Exception {
    Limiter limiter = Limiters.of(2);
    FutureTask<Void> task =
        run(new Lane(Requests.requests(0, 50), request -> Need.REQUEST, limiter, call));

    for (int i = 0; i < 25; i++) {
      InferenceRequest one = call.awaitStart();
      InferenceRequest other = call.awaitStart();
      assertThat(call.hasStartedMore()).isFalse();
      call.answer(one);
      call.answer(other);
    }
    end(task);

    assertThat(outcomes).hasSize(50).doesNotHaveDuplicates();
    assertThat(limiter.peakInFlight()).isEqualTo(2);
    assertThat(limiter.inFlight()).isZero();
  }

  @Test
  void aSlowAnswerDoesNotHoldUpTheOthers() throws Exception {
    FutureTask<Void> task =
        run(new Lane(Requests.requests(0, 10), request -> Need.REQUEST, Limiters.of(2), call));
    InferenceRequest slow = call.awaitStart();

    for (int i = 0; i < 9; i++) {
      call.answer(call.awaitStart());
    }
    call.answer(slow);
    end(task);

    assertThat(outcomes).hasSize(10).endsWith(slow.fingerprint());
  }

  @Test
  void aModelAtItsLimitDoesNotHoldUpAnother() throws Exception {
    HandCall blocked = new HandCall();
    Limiter full = Limiters.of(1);
    Permit taken = full.acquire(Need.REQUEST).join();
    FutureTask<Void> task =
        run(
            new Lane(Requests.requests(0, 2), request -> Need.REQUEST, full, blocked),
            new Lane(Requests.requests(10, 13), request -> Need.REQUEST, Limiters.of(1), call));

    for (int i = 0; i < 3; i++) {
      call.answer(call.awaitStart());
    }
    assertThat(blocked.hasStartedMore()).isFalse();
    taken.close();
    blocked.answer(blocked.awaitStart());
    blocked.answer(blocked.awaitStart());
    end(task);

    assertThat(outcomes).hasSize(5);
  }

  @Test
  void asksWithWhatTheRequestWillTake() throws Exception {
    Limiter limiter = Limiters.of(3);
    FutureTask<Void> task =
        run(new Lane(Requests.requests(0, 1), request -> new Need(70, 30), limiter, call));

    call.answer(call.awaitStart());
    end(task);

    assertThat(limiter.report().largest()).containsEntry(Rate.TOKENS, 100L);
  }

  @Test
  void readsOneRequestAheadOnly() throws Exception {
    List<Integer> read = Collections.synchronizedList(new ArrayList<>());
    Iterator<InferenceRequest> lazy =
        List.of(0, 1, 2, 3).stream().peek(read::add).map(Requests::request).iterator();
    FutureTask<Void> task = run(new Lane(lazy, request -> Need.REQUEST, Limiters.of(1), call));

    InferenceRequest first = call.awaitStart();
    assertThat(read).hasSizeLessThanOrEqualTo(2);
    call.answer(first);
    for (int i = 1; i < 4; i++) {
      call.answer(call.awaitStart());
    }
    end(task);

    assertThat(read).hasSize(4);
  }

  @Test
  void nothingToDoReturnsAtOnce() throws Exception {
    end(run(new Lane(Collections.emptyIterator(), request -> Need.REQUEST, Limiters.of(1), call)));
    end(run());

    assertThat(outcomes).isEmpty();
  }

  @Test
  void aStopStartsNothingMoreAndAwaitsWhatIsUnderWay() throws Exception {
    Limiter limiter = Limiters.of(2);
    FutureTask<Void> task =
        run(new Lane(Requests.requests(0, 100), request -> Need.REQUEST, limiter, call));
    InferenceRequest one = call.awaitStart();
    InferenceRequest other = call.awaitStart();

    stop.stop(new Cause(FailureKind.AUTHENTICATION, "no such key"));
    call.answer(one);
    assertThat(task.isDone()).isFalse();
    call.answer(other);
    end(task);

    assertThat(outcomes).containsExactly(one.fingerprint(), other.fingerprint());
    assertThat(limiter.inFlight()).isZero();
  }

  @Test
  void aStoppedRunStartsNothing() throws Exception {
    stop.stop(new Cause(FailureKind.AUTHENTICATION, "no such key"));

    end(run(new Lane(Requests.requests(0, 3), request -> Need.REQUEST, Limiters.of(1), call)));

    assertThat(call.hasStartedMore()).isFalse();
    assertThat(outcomes).isEmpty();
  }

  @Test
  void anInterruptedOwnerKeepsNoPermit() throws Exception {
    Limiter limiter = Limiters.of(1);
    FutureTask<Void> task =
        run(new Lane(Requests.requests(0, 5), request -> Need.REQUEST, limiter, call));
    InferenceRequest underWay = call.awaitStart();

    owner.interrupt();
    assertThatThrownBy(() -> end(task)).hasCauseInstanceOf(InterruptedException.class);
    call.answer(underWay); // frees the place that the owner still asked for

    assertThat(limiter.inFlight()).isZero();
    assertThat(limiter.acquire(Need.REQUEST)).isDone();
    assertThat(call.hasStartedMore()).isFalse();
    assertThat(outcomes).isEmpty();
  }

  @Test
  void anAnswerThatCannotBeKeptFailsTheTask() throws Exception {
    Limiter limiter = Limiters.of(2);
    FutureTask<Void> task =
        run(new Lane(Requests.requests(0, 9), request -> Need.REQUEST, limiter, call));
    InferenceRequest broken = call.awaitStart();
    InferenceRequest other = call.awaitStart();

    call.breakOff(broken, new IOException("disk full"));

    assertThatThrownBy(() -> end(task))
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseMessage("disk full")
        .hasMessageContaining("An answer could not be kept");
    call.answer(other);
    while (call.hasStartedMore()) {
      call.answer(call.awaitStart()); // the place of the broken one may have been used by then
    }
    assertThat(limiter.inFlight()).isZero();
  }

  @Test
  void tasksThatShareALimiterBothGetOn() throws Exception {
    Limiter shared = Limiters.of(1);
    InFlightWindow.Call atOnce =
        (request, permit) -> {
          permit.close();
          return CompletableFuture.completedFuture(HandCall.outcome(request));
        };

    FutureTask<Void> one =
        run(new Lane(Requests.requests(0, 1_000), request -> Need.REQUEST, shared, atOnce));
    FutureTask<Void> other =
        run(new Lane(Requests.requests(1_000, 2_000), request -> Need.REQUEST, shared, atOnce));
    end(one);
    end(other);

    assertThat(outcomes).hasSize(2_000).doesNotHaveDuplicates();
    assertThat(shared.inFlight()).isZero();
  }

  private FutureTask<Void> run(Lane... lanes) {
    InFlightWindow window = new InFlightWindow(stop, this::keep);
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              window.run(List.of(lanes));
              return null;
            });
    owner = new Thread(task, "task");
    owner.start();
    return task;
  }

  private void keep(InferenceOutcome outcome) {
    outcomes.add(outcome.fingerprint());
  }

  private static void end(FutureTask<Void> task) throws Exception {
    task.get(30, TimeUnit.SECONDS);
  }
}
