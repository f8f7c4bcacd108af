package io.penstock.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.Completion;
import io.penstock.domain.FailureKind;
import io.penstock.domain.InferenceOutcome;
import io.penstock.domain.InferenceOutcome.Completed;
import io.penstock.domain.InferenceOutcome.Effort;
import io.penstock.domain.InferenceOutcome.Failed;
import io.penstock.domain.InferenceOutcome.Waste;
import io.penstock.domain.TokenUsage;
import io.penstock.domain.Usd;
import io.penstock.inference.RetryPolicy.Bounds;
import io.penstock.inference.StopSignal.Cause;
import io.penstock.limit.AccountReport.Tally;
import io.penstock.limit.FakeScheduler;
import io.penstock.limit.Limiter;
import io.penstock.limit.Limiter.Permit;
import io.penstock.limit.Limiters;
import io.penstock.limit.Need;
import io.penstock.provider.ModelProvider;
import io.penstock.provider.ProviderException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ModelCallerTest {
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final int MANY = 10_000;
  private static final Cause NO_KEY = new Cause(FailureKind.AUTHENTICATION, "no such key");

  private final ScriptedProvider provider = new ScriptedProvider();
  private final FakeScheduler scheduler = new FakeScheduler();
  private final StopSignal stop = new StopSignal();
  private final Limiter limiter = Limiters.of(2, scheduler);
  private final ModelCaller caller = caller(new Bounds(3, 2, Duration.ofHours(1)));

  @Test
  void anAnswerAtOnceTakesOneAttempt() {
    InferenceOutcome outcome = call().join();

    assertThat(outcome)
        .isEqualTo(
            new Completed(
                Requests.request(1).fingerprint(),
                ScriptedProvider.YES,
                new Effort(1, 0, 0, Waste.NONE)));
  }

  @Test
  void anAttemptWhoseKeyWasReplacedIsTriedAgainAtOnceAndStopsNothing() {
    provider.thenFails(Failures.authentication().superseded(), 5);

    CompletableFuture<InferenceOutcome> outcome = call(caller(new Bounds(1, 1, LONG)));
    scheduler.advance(Duration.ZERO);

    assertThat(completed(outcome).effort().attempts()).isEqualTo(6);
    assertThat(completed(outcome).effort().waste()).isEqualTo(Waste.NONE);
    assertThat(stop.isStopped()).isFalse();
  }

  @Test
  void triesAgainAfterADelayAndSucceeds() {
    provider
        .thenFails(Failures.rateLimited(Duration.ofSeconds(5)))
        .thenFails(Failures.serverError());
    CompletableFuture<InferenceOutcome> outcome = call();
    assertThat(provider.attempts()).isEqualTo(1);

    scheduler.advance(LONG);

    Effort effort = completed(outcome).effort();
    assertThat(effort.attempts()).isEqualTo(3).isEqualTo(provider.attempts());
    assertThat(effort.rateLimited()).isEqualTo(1);
    assertThat(effort.waste()).isEqualTo(Waste.NONE);
  }

  @Test
  void waitsAsLongAsTheProviderAsks() {
    provider.thenFails(Failures.rateLimited(Duration.ofSeconds(5)));
    CompletableFuture<InferenceOutcome> outcome = call();

    scheduler.advance(Duration.ofMillis(4_999));
    assertThat(provider.attempts()).isEqualTo(1);

    scheduler.advance(Duration.ofMillis(1));
    assertThat(completed(outcome).effort().attempts()).isEqualTo(2);
  }

  @Test
  void latencyIsFromTheFirstAttemptToTheLastByte() {
    provider.thenFails(Failures.rateLimited(Duration.ofSeconds(5)));
    CompletableFuture<Completion> second = provider.thenAnswersLater();
    CompletableFuture<InferenceOutcome> outcome = call();
    scheduler.advance(Duration.ofSeconds(6));
    scheduler.advance(Duration.ofMillis(1_234));

    second.complete(ScriptedProvider.YES);

    assertThat(completed(outcome).effort().latencyMillis()).isEqualTo(7_234);
  }

  @Test
  void begunAttemptsEndAtTheirNumber() {
    provider.thenFails(Failures.rateLimited(), 4).thenFails(Failures.serverError(), 9);
    CompletableFuture<InferenceOutcome> outcome = call();

    scheduler.advance(LONG);

    Failed failed = failed(outcome);
    assertThat(failed.kind()).isEqualTo(FailureKind.SERVER_ERROR);
    assertThat(failed.message()).isEqualTo("SERVER_ERROR happened");
    assertThat(failed.effort().attempts()).isEqualTo(7); // four refusals and three begun
    assertThat(failed.effort().rateLimited()).isEqualTo(4);
  }

  @Test
  void whatMayHaveBeenBilledIsPossibleWaste() {
    provider.thenFails(Failures.timeout(), 9);
    CompletableFuture<InferenceOutcome> outcome = call();

    scheduler.advance(LONG);

    assertThat(failed(outcome).effort().attempts()).isEqualTo(2);
    assertThat(failed(outcome).effort().waste())
        .isEqualTo(new Waste(Usd.ZERO, Usd.of("10"))); // two worst cases
  }

  @Test
  void wasteStandsBesideTheAnswerThatCameAfterIt() {
    provider.thenFails(Failures.timeout());
    CompletableFuture<InferenceOutcome> outcome = call();

    scheduler.advance(LONG);

    assertThat(completed(outcome).effort().waste()).isEqualTo(new Waste(Usd.ZERO, Usd.of("5")));
  }

  @Test
  void answersOfNoUseAreKnownWaste() {
    provider.thenFails(Failures.billed(TokenUsage.of(90, 10)));
    CompletableFuture<InferenceOutcome> outcome = call();

    scheduler.advance(LONG);

    assertThat(completed(outcome).effort().waste()).isEqualTo(new Waste(Usd.of("1"), Usd.ZERO));
  }

  @Test
  void theBeginningOfAnUnreadableAnswerIsKept() {
    provider.thenFails(Failures.billed(TokenUsage.of(1, 1)), 2);
    CompletableFuture<InferenceOutcome> outcome = call();

    scheduler.advance(LONG);

    assertThat(failed(outcome).rawBody()).isEqualTo("{}");
  }

  @Test
  void permanentFailuresAreNotTriedAgain() {
    provider.thenFails(
        Failures.of(FailureKind.CONTEXT_TOO_LONG, ProviderException.Billing.REFUSED, 400));

    assertThat(failed(call()).kind()).isEqualTo(FailureKind.CONTEXT_TOO_LONG);
    assertThat(stop.isStopped()).isFalse();
  }

  @Test
  void thePlaceIsFreeWhileARowWaitsAndAfterItsEnd() {
    provider.thenFails(Failures.serverError());
    CompletableFuture<InferenceOutcome> outcome = call();
    assertThat(limiter.inFlight()).isZero();
    CompletableFuture<Integer> inFlightAtTheEnd = outcome.thenApply(o -> limiter.inFlight());

    scheduler.advance(LONG);

    assertThat(inFlightAtTheEnd).isCompletedWithValue(0); // closed before the outcome is told
  }

  @Test
  void aRowThatTriesAgainWaitsForAPlace() {
    provider.thenFails(Failures.serverError());
    CompletableFuture<InferenceOutcome> outcome = call();
    Limiter.Permit one = limiter.acquire(Need.REQUEST).join();
    limiter.acquire(Need.REQUEST).join();

    scheduler.advance(LONG);
    assertThat(provider.attempts()).isEqualTo(1);
    one.close();

    assertThat(completed(outcome).effort().attempts()).isEqualTo(2);
  }

  @Test
  void aWaitForAPlaceThatTakesTooLongFailsWithTheLastFailure() {
    provider.thenFails(Failures.serverError());
    CompletableFuture<InferenceOutcome> outcome = call();
    limiter.acquire(Need.REQUEST);
    limiter.acquire(Need.REQUEST);
    scheduler.advance(LONG);
    limiter.report();
    scheduler.advance(Duration.ZERO);
    assertThat(outcome).isNotDone();

    scheduler.advance(Duration.ofHours(1));
    limiter.report();
    scheduler.advance(Duration.ZERO);

    assertThat(failed(outcome).kind()).isEqualTo(FailureKind.SERVER_ERROR);
    assertThat(failed(outcome).effort().attempts()).isEqualTo(1);
    assertThat(limiter.inFlight()).isEqualTo(2);
  }

  @Test
  void theLimiterIsToldWhatBecameOfEachAttempt() {
    provider
        .thenFails(Failures.rateLimited())
        .thenFails(Failures.serverError())
        .thenFails(Failures.timeout());
    call();

    scheduler.advance(LONG);

    assertThat(limiter.report().tally()).isEqualTo(new Tally(1, 1, 0, 0, 2));
  }

  @Test
  void aRequestThatNoProviderCanDigestIsGivenUpWhileOthersAreAnswered() {
    ModelCaller patient = caller(new Bounds(MANY, 2, Duration.ofHours(1)));
    provider.thenFails(Failures.serverError(), 9);
    CompletableFuture<InferenceOutcome> poison = call(patient);
    for (int i = 0; i < 100; i++) {
      Permit other = limiter.acquire(Need.REQUEST).join();
      other.succeeded(Need.REQUEST);
      other.close();
      scheduler.advance(Duration.ofMillis(100));
    }

    assertThat(failed(poison).message()).startsWith("quarantined: ");
    assertThat(failed(poison).effort().attempts()).isBetween(3, 5);
  }

  @Test
  void aFailureOfTheAccountStopsTheRun() {
    provider.thenFails(Failures.authentication());

    Failed failed = failed(call());

    assertThat(failed.kind()).isEqualTo(FailureKind.AUTHENTICATION);
    assertThat(stop.cause()).contains(new Cause(FailureKind.AUTHENTICATION, failed.message()));
    assertThat(limiter.inFlight()).isZero();
  }

  @Test
  void aStopEndsTheWaitsOfAllRows() {
    provider.thenFails(Failures.rateLimited(), 2);
    stop.listen(limiter::open);
    Limiter.Permit first = limiter.acquire(Need.REQUEST).join();
    Limiter.Permit second = limiter.acquire(Need.REQUEST).join();
    CompletableFuture<InferenceOutcome> one = caller.call(Requests.request(1), first);
    CompletableFuture<InferenceOutcome> other = caller.call(Requests.request(2), second);

    stop.stop(NO_KEY);

    assertThat(failed(one).kind()).isEqualTo(FailureKind.NOT_ATTEMPTED);
    assertThat(failed(other).effort().attempts()).isEqualTo(1);
    assertThat(limiter.inFlight()).isZero();
    scheduler.advance(LONG);
    assertThat(provider.attempts()).isEqualTo(2); // their timers come too late
  }

  @Test
  void whatIsUnderWayAtAStopIsAwaited() {
    CompletableFuture<Completion> answer = provider.thenAnswersLater();
    CompletableFuture<InferenceOutcome> outcome = call();

    stop.stop(NO_KEY);
    assertThat(outcome).isNotDone();
    answer.complete(ScriptedProvider.YES);

    assertThat(completed(outcome).completion()).isEqualTo(ScriptedProvider.YES);
  }

  @Test
  void nothingIsTriedAgainAfterAStop() {
    CompletableFuture<Completion> answer = provider.thenAnswersLater();
    CompletableFuture<InferenceOutcome> outcome = call();
    stop.stop(NO_KEY);

    answer.completeExceptionally(Failures.serverError());

    assertThat(failed(outcome).kind()).isEqualTo(FailureKind.NOT_ATTEMPTED);
    assertThat(failed(outcome).effort().attempts()).isEqualTo(1);
    assertThat(scheduler.waiting()).isZero();
  }

  @Test
  void whatIsNotEvenSentHasNoAttempt() {
    provider.thenFails(
        new ProviderException(
            FailureKind.NOT_ATTEMPTED,
            ProviderException.Billing.NOT_BILLED,
            0,
            "the run is over",
            ProviderException.Details.NONE));

    Failed failed = failed(call());

    assertThat(failed.kind()).isEqualTo(FailureKind.NOT_ATTEMPTED);
    assertThat(failed.effort().attempts()).isZero();
    assertThat(limiter.inFlight()).isZero();
  }

  @Test
  void aFaultOfOursCountsAsAnAnswerThatWasPaid() {
    Throwable fault = new CompletionException(new IllegalStateException("secret details"));
    provider.thenFails(fault).thenFails(fault);
    CompletableFuture<InferenceOutcome> outcome = call();

    scheduler.advance(LONG);

    assertThat(failed(outcome).kind()).isEqualTo(FailureKind.UNREADABLE_RESPONSE);
    assertThat(failed(outcome).message()).endsWith("java.lang.IllegalStateException");
    assertThat(failed(outcome).effort().waste()).isEqualTo(new Waste(Usd.ZERO, Usd.of("10")));
  }

  @Test
  void aProviderThatThrowsFailsItsRowOnly() {
    ModelCaller throwing =
        caller(
            request -> {
              throw new IllegalArgumentException("cannot be encoded");
            },
            new Bounds(1, 1, LONG));

    CompletableFuture<InferenceOutcome> outcome =
        throwing.call(Requests.request(1), limiter.acquire(Need.REQUEST).join());

    assertThat(outcome).isCompletedWithValueMatching(Failed.class::isInstance);
    assertThat(limiter.inFlight()).isZero();
  }

  @Test
  void aStopEndsThousandsOfWaitingRows() {
    Limiter wide = Limiters.of(MANY, scheduler);
    stop.listen(wide::open);
    List<Limiter.Permit> permits =
        Stream.generate(() -> wide.acquire(Need.REQUEST).join()).limit(MANY).toList();
    List<CompletableFuture<InferenceOutcome>> waiting = new ArrayList<>();
    provider.thenFails(Failures.rateLimited(), MANY);
    for (int i = 0; i < MANY; i++) {
      waiting.add(caller.call(Requests.request(i), permits.get(i)));
    }

    stop.stop(NO_KEY);

    assertThat(waiting.stream().filter(CompletableFuture::isDone).count()).isEqualTo(MANY);
  }

  private CompletableFuture<InferenceOutcome> call() {
    return call(caller);
  }

  private CompletableFuture<InferenceOutcome> call(ModelCaller by) {
    return by.call(Requests.request(1), limiter.acquire(Need.REQUEST).join());
  }

  private ModelCaller caller(Bounds bounds) {
    return caller(provider, bounds);
  }

  private ModelCaller caller(ModelProvider model, Bounds bounds) {
    RetryPolicy retries = new RetryPolicy(bounds, new Random(1));
    return new ModelCaller(model, retries, new FlatPricing(), scheduler, stop);
  }

  private static Completed completed(CompletableFuture<InferenceOutcome> outcome) {
    assertThat(outcome).isCompletedWithValueMatching(Completed.class::isInstance);
    return (Completed) outcome.join();
  }

  private static Failed failed(CompletableFuture<InferenceOutcome> outcome) {
    assertThat(outcome).isCompletedWithValueMatching(Failed.class::isInstance);
    return (Failed) outcome.join();
  }
}
