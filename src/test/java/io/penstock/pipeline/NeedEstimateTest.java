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
  void beginsWithItsOwnCountAndHalfAThousandForTheAnswer() {
    assertThat(new NeedEstimate(null, 1.4).of(counted(100))).isEqualTo(new Need(140, 500));
  }

  @Test
  void aPromptThatWasNotCountedHasATokenForFourCharacters() {
    assertThat(new NeedEstimate(null, 1).of(request(400))).isEqualTo(new Need(100, 500));
  }

  @Test
  void aMaximumIsWhatProvidersReserve() {
    NeedEstimate needs = new NeedEstimate(64, 1);
    needs.observe(request(400), TokenUsage.of(100, 3));

    assertThat(needs.of(request(400)).outputTokens()).isEqualTo(64);
  }

  @Test
  void comesWithinATenthOfWhatAnswersSay() {
    NeedEstimate needs = new NeedEstimate(null, 1);
    for (int i = 0; i < 50; i++) {
      needs.observe(counted(50), TokenUsage.of(75, 20)); // three tokens for two of ours
    }

    Need need = needs.of(counted(1_000));

    assertThat(need.inputTokens()).isBetween(1_350L, 1_500L);
    assertThat(need.outputTokens()).isBetween(20L, 23L);
  }

  @Test
  void anEmptyPromptTakesNothingAndTeachesNothingAbsurd() {
    NeedEstimate needs = new NeedEstimate(null, 1);
    needs.observe(request(0), TokenUsage.of(0, 0));

    assertThat(needs.of(request(0)).inputTokens()).isZero();
    assertThat(needs.of(request(400)).inputTokens()).isEqualTo(90);
  }

  private static InferenceRequest counted(long tokens) {
    InferenceRequest request = request(1);
    return new InferenceRequest(
        request.fingerprint(),
        request.modelName(),
        request.messages(),
        new InferenceRequest.Measure(tokens, 0));
  }

  private static InferenceRequest request(int chars) {
    return new InferenceRequest(
        Fingerprint.of(new byte[Fingerprint.BYTES]),
        "small",
        List.of(new Message(Message.USER, "x".repeat(chars))));
  }
}
