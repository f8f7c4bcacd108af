package io.penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cluster.Messages.Activity;
import io.penstock.cluster.Messages.Proof;
import io.penstock.cluster.Messages.QuietAsk;
import io.penstock.cluster.Messages.QuietReply;
import io.penstock.cluster.Messages.Renewal;
import io.penstock.cluster.Messages.RenewalReply;
import io.penstock.cluster.Messages.SecretAsk;
import io.penstock.cluster.Messages.SecretReply;
import io.penstock.domain.ProviderSecrets;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class MessagesTest {
  private static final ProviderSecrets ALL_SECRETS =
      new ProviderSecrets("sk-1", Map.of("x-token", "t-1"), "p-1", Set.of("sk-0"));

  static Stream<Object> messages() {
    return Stream.of(
        new Renewal(
            "1",
            "h",
            List.of(new Activity("r", "t", true, Told.counts(1, 2, 3, 4), List.of(), null, null)),
            new Proof("t", "1-a", "own", null)),
        RenewalReply.NO_RUN,
        new RenewalReply("r", "t", null, "stopped", null, List.of(), List.of()),
        new SecretAsk("openai", 3),
        new SecretReply(null),
        new SecretReply(new HeldSecrets(ALL_SECRETS, 3)),
        new QuietAsk("1", "r", QuietAsk.FIRST),
        new QuietReply(7, true, null));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void travels(Object message) throws IOException, ClassNotFoundException {
    assertThat(copy(message)).isEqualTo(message);
  }

  @Test
  void theOrderForAProofTravels() throws IOException, ClassNotFoundException {
    Configuration hadoop = new Configuration(false);
    hadoop.set("fs.defaultFS", "hdfs://name:8020");
    RunOrder order = new RunOrder("r", List.of("/a", "/b"), new SerializableConfiguration(hadoop));

    RenewalReply copy =
        (RenewalReply) copy(new RenewalReply("r", "t", "why", null, order, List.of(), List.of()));

    assertThat(copy.proofOrder().sharedFolders()).containsExactly("/a", "/b");
    assertThat(copy.proofOrder().hadoop().value().get("fs.defaultFS"))
        .isEqualTo("hdfs://name:8020");
  }

  @Test
  void secretsDoNotShow() {
    DriverCoordinator driver = new DriverCoordinator(new FakeNanos());
    driver.offerSecrets(Map.of("openai", ALL_SECRETS), provider -> ALL_SECRETS);

    Object reply = driver.answer(new SecretAsk("openai", SecretAsk.ANY));

    assertThat(reply).isEqualTo(new SecretReply(new HeldSecrets(ALL_SECRETS, 0)));
    assertThat(reply.toString()).contains("***").doesNotContain("sk-", "t-1", "p-1");
    assertThat(driver.toString()).doesNotContain("sk-1");
    assertThat(ProviderSecrets.NONE.toString()).contains("none");
    driver.shutdown();
  }

  private static Object copy(Object message) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(message);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return in.readObject();
    }
  }
}
