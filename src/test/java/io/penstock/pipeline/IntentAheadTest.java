package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.domain.Fingerprint;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Message;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.Network;
import io.penstock.domain.ProviderEndpoint;
import io.penstock.store.CompletionStore;
import io.penstock.store.Journal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class IntentAheadTest {
  private static final int AHEAD = 3;

  @TempDir Path store;

  private final AtomicInteger read = new AtomicInteger();
  private final IntentsAhead ahead = new IntentsAhead(() -> AHEAD);
  private Journal journal;
  private IntentAhead requests;

  @BeforeEach
  void open() {
    journal =
        new Journal(
            store.toString(), "r1", "1", new Journal.Durability(false, 9), new Configuration());
    ModelSettings model =
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
            null,
            "{}",
            "{}");
    requests =
        new IntentAhead(
            IntStream.range(0, 10).mapToObj(this::request).iterator(),
            journal,
            new ModelPricing(model, null),
            ahead);
  }

  @Test
  void readsSoManyAheadAndKeepsTheOrder() throws Exception {
    InferenceRequest first = requests.next();
    assertThat(read.get()).isLessThanOrEqualTo(2 + AHEAD); // one is looked at

    InferenceRequest second = requests.next();

    assertThat(List.of(first, second)).containsExactly(request(0), request(1));
    assertThat(requests.intentOf(first)).isNotNull();
    journal.close();
  }

  @Test
  void endsWithTheRequests() throws Exception {
    for (int i = 0; i < 10; i++) {
      requests.next();
    }

    assertThat(requests.hasNext()).isFalse();
    assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(requests::next);
    journal.close();
  }

  @Test
  void closingSettlesWhatWasTakenAndNotBegunAndWhatWasNotTaken() throws Exception {
    requests.intentOf(requests.next()); // begun: stays in doubt
    requests.next();

    requests.close();
    journal.abandon();

    assertThat(new CompletionStore(SparkForTests.session(), store.toString()).inDoubt("r1").calls())
        .isEqualTo(1);
  }

  @Test
  void closingMakesRoomForTheNextShard() throws Exception {
    requests.next();
    assertThat(ahead.tryAcquire()).isFalse();

    requests.close();

    for (int i = 0; i < AHEAD; i++) {
      assertThat(ahead.tryAcquire()).isTrue();
    }
    journal.close();
  }

  private InferenceRequest request(int number) {
    read.incrementAndGet();
    byte[] bits = new byte[Fingerprint.BYTES];
    bits[0] = (byte) number;
    return new InferenceRequest(
        Fingerprint.of(bits), "small", List.of(new Message(Message.USER, "hi")));
  }
}
