package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.FailureKind;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.InferenceOutcome;
import io.penstock.domain.InferenceOutcome.Effort;
import io.penstock.domain.InferenceOutcome.Failed;
import io.penstock.domain.InferenceOutcome.Waste;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Message;
import io.penstock.inference.InFlightWindow.Lane;
import io.penstock.inference.StopSignal;
import io.penstock.limit.Limiter;
import io.penstock.limit.Limiter.Permit;
import io.penstock.limit.Limiters;
import io.penstock.limit.Need;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ChunksTest {
  private static final int AN_HOUR_MILLIS = 3_600_000;
  private static final int CHUNK = 4;

  private final StopSignal stop = new StopSignal();
  private final List<InferenceOutcome> outcomes = new ArrayList<>();
  private final List<CompletableFuture<InferenceOutcome>> underWay = new ArrayList<>();
  private final Limiter limiter = Limiters.of(100);
  private int begun;
  private int mostUnderWay;

  @Test
  void withoutAPauseThereIsOneWindow() throws Exception {
    run(0, 10);

    assertThat(outcomes).hasSize(10);
    assertThat(mostUnderWay).isEqualTo(10); // the fifth does not wait for the first four
  }

  @Test
  void withAPauseAChunkIsABarrier() throws Exception {
    run(1, 10);

    assertThat(outcomes).hasSize(10);
    assertThat(mostUnderWay).isEqualTo(CHUNK);
  }

  @Test
  void aStopEndsThePauseAtOnce() throws Exception {
    Thread stopper =
        new Thread(() -> stop.stop(new StopSignal.Cause(FailureKind.NOT_ATTEMPTED, "enough")));
    stop.listen(() -> {});
    beforeThePause = stopper::start;

    run(AN_HOUR_MILLIS, 10);

    assertThat(outcomes).hasSize(CHUNK);
  }

  @Test
  void thereIsNoPauseAfterTheLastChunk() throws Exception {
    run(AN_HOUR_MILLIS, CHUNK);

    assertThat(outcomes).hasSize(CHUNK);
  }

  private Runnable beforeThePause = () -> {};

  private void run(int pauseMillis, int requests) throws InterruptedException {
    Lane lane =
        new Lane(
            IntStream.range(0, requests).mapToObj(ChunksTest::request).iterator(),
            request -> Need.REQUEST,
            limiter,
            (request, permit) -> begin(request, permit, pauseMillis == 0 ? requests : CHUNK));
    new Chunks(new RuntimeSettings.Window(CHUNK, pauseMillis, false), stop, outcomes::add)
        .run(List.of(lane));
  }

  /** Answered when so many, or the last ones, are under way. */
  private CompletableFuture<InferenceOutcome> begin(
      InferenceRequest request, Permit permit, int together) {
    CompletableFuture<InferenceOutcome> outcome = new CompletableFuture<>();
    underWay.add(outcome);
    begun++;
    mostUnderWay = Math.max(mostUnderWay, underWay.size());
    if (underWay.size() == together || begun == 10) {
      List<CompletableFuture<InferenceOutcome>> answered = List.copyOf(underWay);
      underWay.clear();
      answered.forEach(one -> one.complete(outcome(request)));
      beforeThePause.run();
    }
    permit.close();
    return outcome;
  }

  private static InferenceOutcome outcome(InferenceRequest request) {
    return new Failed(
        request.fingerprint(), FailureKind.NETWORK, "", "", new Effort(1, 0, 1, Waste.NONE));
  }

  private static InferenceRequest request(int number) {
    byte[] bits = new byte[Fingerprint.BYTES];
    bits[0] = (byte) number;
    return new InferenceRequest(
        Fingerprint.of(bits), "small", List.of(new Message(Message.USER, "hi")));
  }
}
