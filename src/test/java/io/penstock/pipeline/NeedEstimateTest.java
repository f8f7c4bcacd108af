package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.Fingerprint;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Message;
import io.penstock.domain.TokenUsage;
import io.penstock.limit.Need;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NeedEstimateTest {
  @Test
  void beginsWithATokenForFourCharactersAndHalfAThousandForTheAnswer() {
    assertThat(new NeedEstimate(null).of(request(400))).isEqualTo(new Need(100, 500));
  }

  @Test
  void aMaximumIsWhatProvidersReserve() {
    NeedEstimate needs = new NeedEstimate(64);
    needs.observe(request(400), TokenUsage.of(100, 3));

    assertThat(needs.of(request(400)).outputTokens()).isEqualTo(64);
  }

  @Test
  void comesWithinATenthOfWhatAnswersSay() {
    NeedEstimate needs = new NeedEstimate(null);
    for (int i = 0; i < 50; i++) {
      needs.observe(request(200), TokenUsage.of(300, 20)); // three tokens for two characters
    }

    Need need = needs.of(request(1_000));

    assertThat(need.inputTokens()).isBetween(1_350L, 1_500L);
    assertThat(need.outputTokens()).isBetween(20L, 23L);
  }

  @Test
  void anEmptyPromptTakesNothingAndTeachesNothingAbsurd() {
    NeedEstimate needs = new NeedEstimate(null);
    needs.observe(request(0), TokenUsage.of(0, 0));

    assertThat(needs.of(request(0)).inputTokens()).isZero();
    assertThat(needs.of(request(400)).inputTokens()).isEqualTo(90);
  }

  private static InferenceRequest request(int chars) {
    return new InferenceRequest(
        Fingerprint.of(new byte[Fingerprint.BYTES]),
        "small",
        List.of(new Message(Message.USER, "x".repeat(chars))));
  }
}
