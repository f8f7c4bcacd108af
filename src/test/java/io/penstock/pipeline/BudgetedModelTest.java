package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.domain.Completion;
import io.penstock.domain.FailureKind;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Message;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.Network;
import io.penstock.domain.ProviderEndpoint;
import io.penstock.domain.TokenUsage;
import io.penstock.domain.Usd;
import io.penstock.inference.StopSignal;
import io.penstock.limit.FakeScheduler;
import io.penstock.limit.Purse;
import io.penstock.limit.PurseAllowance;
import io.penstock.limit.PurseReport;
import io.penstock.pricing.ModelPrice;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.ProviderException.Details;
import io.penstock.store.Journal;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
final class BudgetedModelTest {
  private static final ModelSettings MODEL =
      new ModelSettings(
          "small",
          new ProviderEndpoint(
              "ours",
              "openai",
              "openai",
              "http://x/v1",
              "max_tokens",
              null,
              Duration.ofSeconds(30),
              Network.PLAIN),
          "gpt",
          1_000,
          "{}",
          "{}");
  private static final ModelPrice PRICE =
      new ModelPrice(
          new ModelPrice.Rates(BigDecimal.ONE, null, null, null, BigDecimal.TEN),
          List.of(),
          null,
          null);
  private static final InferenceRequest REQUEST =
      new InferenceRequest(
          Fingerprint.of(new byte[Fingerprint.BYTES]),
          "small",
          List.of(new Message(Message.USER, "hi")));

  @TempDir Path store;

  private final ModelPricing pricing = new ModelPricing(MODEL, PRICE);
  private final BigDecimal worst = pricing.worstCase(REQUEST).amount();
  private final Purse purse = new Purse("p", new FakeScheduler(), () -> {});
  private final StopSignal stop = new StopSignal();
  private final LinkedBlockingQueue<CompletableFuture<Completion>> sent =
      new LinkedBlockingQueue<>();
  private Journal journal;
  private BudgetedModel model;

  @BeforeEach
  void open() {
    journal =
        new Journal(
            store.toString(), "r1", "1", new Journal.Durability(false, 9), new Configuration());
    RunBudget budget = new RunBudget(Usd.of("25"), Usd.ZERO);
    model =
        new BudgetedModel(
            request -> {
              CompletableFuture<Completion> answer = new CompletableFuture<>();
              sent.add(answer);
              return answer;
            },
            pricing,
            journal,
            new BudgetedModel.Spending(purse, budget, stop, Runnable::run));
  }

  @AfterEach
  void close() throws Exception {
    journal.close();
  }

  private void allow(long number, BigDecimal limit, BigDecimal ceiling) {
    purse.allow(new PurseAllowance("p", number, limit, ceiling, false));
  }

  private CompletableFuture<Completion> nextSent() throws InterruptedException {
    return sent.poll(60, TimeUnit.SECONDS);
  }

  private BigDecimal spent() {
    PurseReport report = purse.report();
    assertThat(report.reserved()).isZero();
    return report.spent();
  }

  @Test
  void nothingIsSentBeforeThereIsMoneyForItsWorstCase() throws Exception {
    allow(1, worst.subtract(new BigDecimal("0.000000000001")), BigDecimal.TEN);
    CompletableFuture<Completion> answer = model.complete(REQUEST);
    assertThat(sent).isEmpty();

    allow(2, worst, BigDecimal.TEN);
    CompletableFuture<Completion> attempt = nextSent();
    assertThat(purse.report().reserved()).isEqualByComparingTo(worst);
    attempt.completeExceptionally(failure(Billing.REFUSED, null));

    assertThatThrownBy(answer::join).hasCauseInstanceOf(ProviderException.class);
    assertThat(spent()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"REFUSED, 0", "NOT_BILLED, 0", "POSSIBLE, worst", "BILLED, 0.0001"})
  void aFailedAttemptCostsWhatItMayHaveCost(Billing billing, String cost) throws Exception {
    allow(1, BigDecimal.TEN, BigDecimal.TEN);
    CompletableFuture<Completion> answer = model.complete(REQUEST);

    nextSent()
        .completeExceptionally(
            failure(billing, billing == Billing.BILLED ? TokenUsage.of(50, 5) : null));

    assertThat(failureOf(answer).billing()).isEqualTo(billing);
    assertThat(spent()).isEqualByComparingTo(cost.equals("worst") ? worst : new BigDecimal(cost));
  }

  @Test
  void whatCanNeverBePaidFailsAsBudget() {
    CompletableFuture<Completion> answer = model.complete(REQUEST);

    allow(1, BigDecimal.ZERO, new BigDecimal("0.0001"));

    ProviderException failure = failureOf(answer);
    assertThat(failure.kind()).isEqualTo(FailureKind.BUDGET);
    assertThat(failure.billing()).isEqualTo(Billing.NOT_BILLED);
    assertThat(failure).hasMessageContaining("at most 0.0001 are left");
    assertThat(sent).isEmpty();
  }

  @Test
  void whatWasPreparedIsSentAtOnceAndReservedOnce() throws Exception {
    allow(1, BigDecimal.TEN, BigDecimal.TEN);
    model.prepare(REQUEST).get();
    assertThat(sent).isEmpty();

    CompletableFuture<Completion> answer = model.complete(REQUEST);

    assertThat(sent).hasSize(1);
    assertThat(purse.report().reserved()).isEqualByComparingTo(worst);
    nextSent().completeExceptionally(failure(Billing.POSSIBLE, null));
    assertThat(answer).isCompletedExceptionally();
    assertThat(spent()).isEqualByComparingTo(worst);
  }

  @Test
  void aPreparationThatFailsIsToldByTheCall() throws Exception {
    CompletableFuture<Void> prepared = model.prepare(REQUEST);

    allow(1, BigDecimal.ZERO, BigDecimal.ZERO);

    prepared.get();
    assertThat(failureOf(model.complete(REQUEST)).kind()).isEqualTo(FailureKind.BUDGET);
  }

  @Test
  void whoeverWaitsForMoneyHearsOfTheStop() {
    stop.listen(purse::close);
    CompletableFuture<Completion> answer = model.complete(REQUEST);

    stop.stop(new StopSignal.Cause(FailureKind.AUTHENTICATION, "the key is wrong"));

    assertThat(failureOf(answer).kind()).isEqualTo(FailureKind.NOT_ATTEMPTED);
    assertThat(failureOf(answer)).hasMessage("the key is wrong");
    assertThat(sent).isEmpty();
  }

  @Test
  void withoutAJournalNothingIsSent() throws Exception {
    journal.close();
    allow(1, BigDecimal.TEN, BigDecimal.TEN);

    CompletableFuture<Completion> answer = model.complete(REQUEST);

    assertThat(failureOf(answer).kind()).isEqualTo(FailureKind.NOT_ATTEMPTED);
    assertThat(stop.isStopped()).isTrue();
    assertThat(spent()).isZero();
  }

  private static ProviderException failure(Billing billing, TokenUsage usage) {
    return new ProviderException(
        FailureKind.SERVER_ERROR, billing, 500, "no", new Details(null, usage, ""));
  }

  private static ProviderException failureOf(CompletableFuture<Completion> answer) {
    try {
      answer.join();
      throw new AssertionError("It was answered");
    } catch (CompletionException e) {
      return (ProviderException) e.getCause();
    }
  }
}
