package io.penstock.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.domain.InferenceOutcome.Waste;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class InferenceRequestTest {
  private static final Fingerprint FINGERPRINT = Fingerprint.of(new byte[Fingerprint.BYTES]);

  @Test
  void hasAtLeastOneMessage() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new InferenceRequest(FINGERPRINT, "small", List.of()))
        .withMessageContaining("has no messages");
  }

  @Test
  void keepsItsMessagesToItself() {
    List<Message> messages = new ArrayList<>(List.of(new Message(Message.USER, "hello")));
    InferenceRequest request = new InferenceRequest(FINGERPRINT, "small", messages);

    messages.clear();

    assertThat(request.messages()).containsExactly(new Message(Message.USER, "hello"));
  }

  @Test
  void systemAndDeveloperInstruct() {
    assertThat(new Message(Message.SYSTEM, "be terse").isInstruction()).isTrue();
    assertThat(new Message(Message.DEVELOPER, "be terse").isInstruction()).isTrue();
    assertThat(new Message(Message.USER, "be terse").isInstruction()).isFalse();
    assertThat(new Message(Message.ASSISTANT, "be terse").isInstruction()).isFalse();
  }

  @Test
  void wasteAddsUpByKind() {
    Waste sum = new Waste(Usd.of("1"), Usd.of("10")).plus(new Waste(Usd.of("2"), Usd.of("20")));

    assertThat(sum).isEqualTo(new Waste(Usd.of("3"), Usd.of("30")));
  }
}
